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

    /// The limit of connections that the server has reached.
    enum Limit: String {
        case ofAll = "too many connections"
        case ofOneAddress = "too many connections of one address"
    }

    /// Reports a client that was closed on accept because of a limit.
    func turnedAway(_ limit: Limit) {
        let text =
            switch limit {
            case .ofAll: "The server has too many clients"
            case .ofOneAddress: "Its address has as many connections as one address may have"
            }
        observer.observe(Incident(.clientRefused, cause: limit.rawValue, [.address: address, .error: text]))
    }

    /// Reports that connections wait because the process has no descriptor left.
    static func noDescriptor(to observer: (any IncidentObserver)?) {
        let text = "No descriptor is left, by the limit of open files"
        observer?.observe(Incident(.clientRefused, cause: "no descriptor left", [.error: text]))
    }

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
