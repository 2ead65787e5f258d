import NIOCore
import Postern

/// Reports why a client was not let in, or was cut off.
struct ClientReports: Sendable {
    private let address: String
    private let observer: any IncidentObserver

    /// `nil` where nothing is reported.
    init?(of address: SocketAddress?, to observer: (any IncidentObserver)?) {
        guard let observer else { return nil }
        self.observer = observer
        self.address = address?.ipAddress ?? address?.description ?? ""
    }

    /// There are too many clients for this one.
    func turnedAway() { report(.clientRefused, DisconnectReason(.tooMany, "The server has too many clients")) }

    /// A client that had yet to prove itself was not let in.
    func refused(_ reason: DisconnectReason) { if reason.kind != .closedHere { report(.clientRefused, reason) } }

    /// The connection of a client has ended; one that was closed or lost in the ordinary way is not reported.
    func ended(_ reason: DisconnectReason) {
        if ![.closedHere, .closedThere, .lost].contains(reason.kind) { report(.clientCut, reason) }
    }

    private func report(_ kind: Incident.Kind, _ reason: DisconnectReason) {
        observer.observe(Incident(kind, cause: reason.kind.word, [.address: address, .error: reason.message]))
    }
}
