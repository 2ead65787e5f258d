import Postern

/// The connections of a server: its clients, and the connections that have not authenticated yet.
///
/// Each kind has its own limit, so unauthenticated connections never use up the places of clients. When there are too
/// many of them, the one that has waited longest is closed: silent connections cannot keep others from authenticating.
struct ClientTable: Sendable {
    private struct Unauthenticated: Sendable {
        let peer: Peer
        /// The order in which connections were accepted.
        let number: UInt64
    }

    private let maximumClients: Int
    private let maximumUnauthenticated: Int
    private var byID: [ObjectIdentifier: Peer] = [:]
    private var unauthenticated: [ObjectIdentifier: Unauthenticated] = [:]
    private var lastNumber: UInt64 = 0

    /// Creates an empty table; at least one connection may be unauthenticated, or no client could ever authenticate.
    init(maximumClients: Int, maximumUnauthenticated: Int) {
        self.maximumClients = maximumClients
        self.maximumUnauthenticated = max(maximumUnauthenticated, 1)
    }

    /// The clients, in no particular order.
    var clients: [Peer] { Array(byID.values) }

    /// The clients and the unauthenticated connections.
    var all: [Peer] { clients + unauthenticated.values.map(\.peer) }

    /// Whether the number of clients has reached its limit.
    var isFull: Bool { byID.count >= maximumClients }

    var isEmpty: Bool { byID.isEmpty && unauthenticated.isEmpty }

    /// Adds a client that does not have to authenticate.
    mutating func add(client: Peer) { byID[ObjectIdentifier(client)] = client }

    /// Adds a connection that has not authenticated yet.
    ///
    /// - Returns: The connection to close when there are too many now.
    mutating func add(unauthenticated peer: Peer) -> Peer? {
        lastNumber += 1
        unauthenticated[ObjectIdentifier(peer)] = Unauthenticated(peer: peer, number: lastNumber)
        // The entry is removed when the connection has ended, as every other one.
        guard unauthenticated.count > maximumUnauthenticated else { return nil }
        return unauthenticated.values.min { $0.number < $1.number }?.peer
    }

    /// Makes an unauthenticated connection a client.
    ///
    /// - Returns: Whether it is one now; `false` when the table is full or the connection was removed before.
    mutating func admit(_ peer: Peer) -> Bool {
        guard !isFull, unauthenticated.removeValue(forKey: ObjectIdentifier(peer)) != nil else { return false }
        add(client: peer)
        return true
    }

    /// Removes a connection that has ended; returns `nil` when it was not in the table.
    mutating func remove(_ id: ObjectIdentifier) -> Removal? {
        if let client = byID.removeValue(forKey: id) { return .client(client) }
        return unauthenticated.removeValue(forKey: id).map { .unauthenticated($0.peer) }
    }

    /// A connection that was removed from the table.
    enum Removal {
        case client(Peer)
        case unauthenticated(Peer)
    }
}
