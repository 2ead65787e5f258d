import Postern

/// The connections of a server: its clients, and strangers who have yet to prove themselves.
///
/// Each kind has a limit of its own, so strangers take no place of a client. One stranger too many has the one go that
/// has waited longest: whoever proves itself soon gets in, however many others stay silent.
struct ClientTable: Sendable {
    private struct Stranger: Sendable {
        let peer: Peer
        let number: UInt64
    }

    private let maximumClients: Int
    private let maximumStrangers: Int
    private var byID: [ObjectIdentifier: Peer] = [:]
    private var strangers: [ObjectIdentifier: Stranger] = [:]
    private var lastNumber: UInt64 = 0

    init(maximumClients: Int, maximumStrangers: Int) {
        self.maximumClients = maximumClients
        self.maximumStrangers = max(maximumStrangers, 1)
    }

    /// Those who are let in.
    var clients: [Peer] { Array(byID.values) }

    /// Everybody who is connected.
    var everybody: [Peer] { clients + strangers.values.map(\.peer) }

    /// Whether no client more is let in.
    var isFull: Bool { byID.count >= maximumClients }

    var isEmpty: Bool { byID.isEmpty && strangers.isEmpty }

    /// Enters one who has nothing to prove.
    mutating func enter(client: Peer) { byID[ObjectIdentifier(client)] = client }

    /// Enters one who has yet to prove itself; gives the one who has to go for it, if any.
    mutating func enter(stranger: Peer) -> Peer? {
        lastNumber += 1
        strangers[ObjectIdentifier(stranger)] = Stranger(peer: stranger, number: lastNumber)
        guard strangers.count > maximumStrangers else { return nil }
        return strangers.values.min { $0.number < $1.number }?.peer
    }

    /// Makes a stranger a client; not when there are too many, or it has left.
    mutating func letIn(_ peer: Peer) -> Bool {
        guard !isFull, strangers.removeValue(forKey: ObjectIdentifier(peer)) != nil else { return false }
        enter(client: peer)
        return true
    }

    /// Takes out one who has left; `nil` when it was not here.
    mutating func remove(_ id: ObjectIdentifier) -> Departure? {
        if let client = byID.removeValue(forKey: id) { return .client(client) }
        return strangers.removeValue(forKey: id).map { .stranger($0.peer) }
    }

    enum Departure {
        case client(Peer)
        case stranger(Peer)
    }
}
