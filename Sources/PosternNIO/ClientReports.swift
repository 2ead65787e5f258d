import NIOCore
import Postern

/// Reports to an observer why a client was refused or disconnected.
struct ClientReports: Sendable {
    private let address: String
    private let observer: any IncidentObserver

    /// Creates the reports of a client; returns `nil` without an observer.
    init?(of address: SocketAddress?, to observer: (any IncidentObserver)?) {
        guard let observer else { return nil }
        self.observer = observer
        self.address = address?.ipAddress ?? address?.description ?? ""
    }

    /// Reports a client that was closed on accept because the server has too many.
    func turnedAway() { report(.clientRefused, DisconnectReason(.tooMany, "The server has too many clients")) }

    /// Reports a connection that ended before it authenticated.
    func refused(_ reason: DisconnectReason) { if reason.kind != .closedHere { report(.clientRefused, reason) } }

    /// Reports the end of a client's connection, unless one side closed it or it was lost.
    func ended(_ reason: DisconnectReason) {
        if ![.closedHere, .closedThere, .lost].contains(reason.kind) { report(.clientCut, reason) }
    }

    private func report(_ kind: Incident.Kind, _ reason: DisconnectReason) {
        observer.observe(Incident(kind, cause: reason.kind.word, [.address: address, .error: reason.message]))
    }
}
