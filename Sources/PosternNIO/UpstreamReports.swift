import Postern
import Synchronization

/// Reports to an observer that a server was connected or lost.
///
/// Consecutive attempts to connect that fail for the same reason are reported once.
final class UpstreamReports: Sendable {
    private let address: String
    private let observer: (any IncidentObserver)?
    private let state = Mutex(State())

    private struct State {
        /// Whether the last report says that the server was found.
        var isFound = false
        var lastFailure: String?
    }

    init(of address: Address, to observer: (any IncidentObserver)?) {
        self.address = "\(address)"
        self.observer = observer
    }

    /// Reports an open connection.
    func found() {
        state.withLock { $0 = State(isFound: true) }
        observer?.observe(Incident(.upstreamFound, cause: "connected", [.address: address]))
    }

    /// Reports, once for each open connection, that it is closing or has ended, unless this side has closed it.
    func lost(_ reason: DisconnectReason) {
        let wasFound = state.withLock { state in
            defer { state.isFound = false }
            return state.isFound
        }
        guard wasFound, reason.kind != .closedHere else { return }
        observer?.observe(Incident(.upstreamLost, cause: reason.kind.word, fields(reason.message)))
    }

    /// Reports a failed attempt to connect, unless the previous one failed for the same reason.
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
