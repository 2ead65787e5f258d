import Postern
import PosternAdmission

/// Peers whose handshake is not complete, in the order in which they were accepted.
struct WaitingPeers: Sendable {
    private var order = ArrivalOrder<Peer>()
    private var tickets: [ObjectIdentifier: ArrivalOrder<Peer>.Ticket] = [:]

    var count: Int { order.count }
    var all: some Collection<Peer> { order.all }

    mutating func add(_ peer: Peer) { tickets[ObjectIdentifier(peer)] = order.append(peer) }

    /// Removes and returns a peer; `nil` if it does not wait.
    mutating func remove(_ id: ObjectIdentifier) -> Peer? {
        tickets.removeValue(forKey: id).flatMap { order.remove($0) }
    }

    /// Returns the peer that has waited for longest.
    mutating func findOldest() -> Peer? { order.findOldest() }
}
