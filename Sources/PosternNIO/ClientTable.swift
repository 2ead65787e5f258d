import Postern
import PosternAdmission
import PosternLedger

/// The connections of a server: its clients, and the connections that have not authenticated yet.
///
/// Each kind has its own limit, so unauthenticated connections never use up the places of clients. When there are too
/// many of them, the one that has waited longest is closed: silent connections cannot keep others from authenticating.
/// Of clients that need not authenticate, the one that has been silent for longest is closed.
struct ClientTable: Sendable {
    private let maximumClients: @Sendable () -> Int
    private let maximumUnauthenticated: @Sendable () -> Int
    private var byID: [ObjectIdentifier: Peer] = [:]
    /// The clients that have not sent their hello; they need not authenticate.
    private var silent = WaitingPeers()
    private var unauthenticated = WaitingPeers()
    private var places: [ObjectIdentifier: Places] = [:]

    /// The places that a connection occupies among those of its address.
    struct Places: Sendable {
        /// The place among all connections; `nil` if the address is not limited.
        var connection: AddressPlace?
        /// The place among the unauthenticated connections.
        var unauthenticated: AddressPlace?

        /// The key of the address in the ledger of memory; `nil` if the address is not limited.
        var memoryAddress: MemoryAddress? {
            connection.map { MemoryAddress($0.bucket.bits, isV4: $0.bucket.isV4) }
        }
    }

    /// Creates an empty table.
    ///
    /// The limits are evaluated for each connection, since they change with the other servers of the process.
    init(
        maximumClients: @autoclosure @escaping @Sendable () -> Int,
        maximumUnauthenticated: @autoclosure @escaping @Sendable () -> Int
    ) {
        self.maximumClients = maximumClients
        self.maximumUnauthenticated = maximumUnauthenticated
    }

    /// The clients, in no particular order.
    var clients: [Peer] { Array(byID.values) }

    /// The clients and the unauthenticated connections.
    var all: [Peer] { clients + unauthenticated.all }

    /// Whether the number of clients has reached its limit.
    var isFull: Bool { byID.count >= maximumClients() }

    var isEmpty: Bool { byID.isEmpty && unauthenticated.count == 0 }

    /// Adds a client that does not have to authenticate.
    mutating func add(client: Peer, in taken: Places = Places()) {
        byID[ObjectIdentifier(client)] = client
        silent.add(client)
        keep(taken, for: client)
    }

    /// Adds a connection that has not authenticated yet.
    ///
    /// - Returns: The connection to close when there are too many now.
    mutating func add(unauthenticated peer: Peer, in taken: Places = Places()) -> Peer? {
        unauthenticated.add(peer)
        keep(taken, for: peer)
        // The entry is removed when the connection has ended, as every other one.
        // At least one connection may be unauthenticated, or no client could ever authenticate.
        return unauthenticated.count > max(maximumUnauthenticated(), 1) ? unauthenticated.findOldest() : nil
    }

    /// Records that a client has sent its hello, so that it keeps its place.
    mutating func noteHello(of client: Peer) { _ = silent.remove(ObjectIdentifier(client)) }

    /// Returns the client that has been connected for longest without a hello, which has to make room for another one.
    mutating func findSilentClient() -> Peer? { silent.findOldest() }

    /// Returns the connection that has waited for longest in its handshake.
    mutating func findWaiting() -> Peer? { unauthenticated.findOldest() ?? silent.findOldest() }

    /// Makes an unauthenticated connection a client.
    ///
    /// - Returns: Whether it is one now; `false` when the table is full or the connection was removed before.
    mutating func admit(_ peer: Peer) -> Bool {
        let id = ObjectIdentifier(peer)
        guard !isFull, unauthenticated.remove(id) != nil else { return false }
        byID[id] = peer
        places[id]?.unauthenticated = nil
        return true
    }

    /// Removes a connection that has ended; returns `nil` when it was not in the table.
    mutating func remove(_ id: ObjectIdentifier) -> Removal? {
        places[id] = nil
        _ = silent.remove(id)
        if let client = byID.removeValue(forKey: id) { return .client(client) }
        return unauthenticated.remove(id).map { .unauthenticated($0) }
    }

    private mutating func keep(_ taken: Places, for peer: Peer) {
        guard taken.connection != nil || taken.unauthenticated != nil else { return }
        places[ObjectIdentifier(peer)] = taken
    }

    /// A connection that was removed from the table.
    enum Removal {
        case client(Peer)
        case unauthenticated(Peer)
    }
}
