import NIOCore
import PosternAdmission

/// The numbers of connections that a server may have, and the places of each address among them.
struct ServerPlaces: Sendable {
    /// The most clients, and the most unauthenticated connections.
    let most: Most
    /// The number of descriptors that the process may have open.
    let descriptors: Int
    private let all: AddressGate
    private let unproven: AddressGate

    /// Raises the limit of open files to what the options need, and divides what it allows.
    init(_ options: ConnectionOptions) {
        let waiting = options.authenticatesClients ? max(options.maximumUnproven, 1) : 0
        let most = Most(clients: options.maximumConnections, unauthenticated: waiting)
        self.most = most
        descriptors = DescriptorLimit.current
        all = AddressGate(options.addresses, maximumConnections: Self.sum(most.clients, most.unauthenticated))
        unproven = AddressGate(options.addresses, maximumConnections: most.unauthenticated)
    }

    /// The numbers of connections by the options, and by what the limit of open files allows for this server now.
    struct Most: Sendable {
        private let reservation: ConnectionReservation
        private let wantedClients: Int
        private let wantedUnauthenticated: Int

        fileprivate init(clients: Int, unauthenticated: Int) {
            reservation = ConnectionReservation(of: ServerPlaces.sum(clients, unauthenticated))
            (wantedClients, wantedUnauthenticated) = (clients, unauthenticated)
        }

        /// The most clients.
        var clients: Int { numbers.clients }

        /// The most unauthenticated connections.
        var unauthenticated: Int { numbers.unauthenticated }

        private var numbers: (clients: Int, unauthenticated: Int) {
            ServerPlaces.divide(reservation.connections, clients: wantedClients, unauthenticated: wantedUnauthenticated)
        }

        /// Leaves the descriptors to the other servers of the process, since this one has stopped.
        func release() { reservation.release() }
    }

    /// Divides a number of connections: as many as wanted if it suffices, else a quarter is for unauthenticated ones.
    static func divide(_ room: Int, clients: Int, unauthenticated: Int) -> (clients: Int, unauthenticated: Int) {
        guard sum(clients, unauthenticated) > room else { return (clients, unauthenticated) }
        let waiting = min(unauthenticated, max(1, room / 4))
        return (max(1, min(clients, room - waiting)), waiting)
    }

    /// The most connections of one address.
    var perAddress: Int { all.share }

    /// Takes the places of a connection; `nil` if its address has as many as it may have.
    func enter(_ address: SocketAddress?, mustAuthenticate: Bool) -> ClientTable.Places? {
        let address = PeerAddress(address)
        var places = ClientTable.Places()
        switch all.enter(address) {
        case .unlimited: return places
        case .admitted(let place): places.connection = place
        case .refused: return nil
        }
        guard mustAuthenticate else { return places }
        // One address may not occupy the places of all those that have yet to authenticate either.
        guard case .admitted(let place) = unproven.enter(address) else { return nil }
        places.unauthenticated = place
        return places
    }

    fileprivate static func sum(_ one: Int, _ other: Int) -> Int {
        let (sum, overflows) = max(0, one).addingReportingOverflow(max(0, other))
        return overflows ? .max : sum
    }
}

extension PeerAddress {
    /// Creates the address of a channel.
    init(_ address: SocketAddress?) {
        if case .unixDomainSocket? = address {
            self = .unix
        } else {
            self.init(address?.ipAddress ?? "")
        }
    }
}
