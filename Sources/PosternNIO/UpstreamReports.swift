import Postern
import Synchronization

/// Reports that a server was found or lost; attempts to connect that fail for the same reason are reported once.
final class UpstreamReports: Sendable {
    private let address: String
    private let observer: (any IncidentObserver)?
    private let state = Mutex(State())

    private struct State {
        /// Whether a server was reported as found, and not as lost since.
        var isFound = false
        var lastFailure: String?
    }

    init(of address: Address, to observer: (any IncidentObserver)?) {
        self.address = "\(address)"
        self.observer = observer
    }

    /// A connection is open.
    func found() {
        state.withLock { $0 = State(isFound: true) }
        observer?.observe(Incident(.upstreamFound, cause: "connected", [.address: address]))
    }

    /// The server takes no more calls or the connection has ended, unless it was closed here; once for each open one.
    func lost(_ reason: DisconnectReason) {
        let wasFound = state.withLock { state in
            defer { state.isFound = false }
            return state.isFound
        }
        guard wasFound, reason.kind != .closedHere else { return }
        observer?.observe(Incident(.upstreamLost, cause: reason.kind.word, fields(reason.message)))
    }

    /// No connection was made.
    func failed(_ message: String) {
        guard let observer else { return }
        let isNew = state.withLock { state in
            defer { state.lastFailure = message }
            return state.lastFailure != message
        }
        if isNew { observer.observe(Incident(.upstreamLost, cause: "not reachable", fields(message))) }
    }

    private func fields(_ error: String) -> [Incident.Field: String] { [.address: address, .error: error] }
}
