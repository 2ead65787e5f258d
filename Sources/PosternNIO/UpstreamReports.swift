import Postern
import Synchronization

/// Reports that a server was found or lost; attempts to connect that fail for the same reason are reported once.
final class UpstreamReports: Sendable {
    private let address: String
    private let observer: (any IncidentObserver)?
    private let lastFailure = Mutex<String?>(nil)

    init(of address: Address, to observer: (any IncidentObserver)?) {
        self.address = "\(address)"
        self.observer = observer
    }

    /// A connection is open.
    func found() {
        lastFailure.withLock { $0 = nil }
        observer?.observe(Incident(.upstreamFound, cause: "connected", [.address: address]))
    }

    /// An open connection has ended, but for one that was closed here.
    func lost(_ reason: DisconnectReason) {
        guard reason.kind != .closedHere else { return }
        observer?.observe(Incident(.upstreamLost, cause: reason.kind.word, fields(reason.message)))
    }

    /// No connection was made.
    func failed(_ message: String) {
        guard let observer else { return }
        let isNew = lastFailure.withLock { last in
            defer { last = message }
            return last != message
        }
        if isNew { observer.observe(Incident(.upstreamLost, cause: "not reachable", fields(message))) }
    }

    private func fields(_ error: String) -> [Incident.Field: String] { [.address: address, .error: error] }
}
