import NIOCore
import PosternAdmission

/// The numbers of connections that a server may have, and the places of each address among them.
struct ServerPlaces: Sendable {
    /// The most clients.
    let clients: Int
    /// The most unauthenticated connections.
    let unauthenticated: Int
    /// The number of descriptors that the process may have open.
    let descriptors: Int
    private let all: AddressGate
    private let unproven: AddressGate

    /// Raises the limit of open files to what the options need, and divides what it allows.
    init(_ options: ConnectionOptions) {
        let waiting = options.authenticatesClients ? max(options.maximumUnproven, 1) : 0
        DescriptorLimit.raise(forConnections: Self.sum(options.maximumConnections, waiting))
        descriptors = DescriptorLimit.current
        (clients, unauthenticated) = Self.divide(
            DescriptorLimit.connections,
            clients: options.maximumConnections,
            unauthenticated: waiting
        )
        all = AddressGate(options.addresses, maximumConnections: Self.sum(clients, unauthenticated))
        unproven = AddressGate(options.addresses, maximumConnections: unauthenticated)
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

    private static func sum(_ one: Int, _ other: Int) -> Int {
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
