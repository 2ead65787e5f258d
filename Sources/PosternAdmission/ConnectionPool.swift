import Synchronization

/// The connections of all servers of a process, which divide its descriptors.
///
/// Each server has as many connections as it wants if the descriptors suffice for all, and otherwise an equal share, or
/// less if it wants less. Its number changes when another server comes or goes.
package final class ConnectionPool: Sendable {
    /// The pool of this process.
    package static let process = ConnectionPool { DescriptorLimit.raise(forConnections: $0) }

    private let parts = Mutex<[ConnectionReservation.Part]>([])
    private let makeRoom: @Sendable (Int) -> Int

    /// Creates a pool.
    ///
    /// - Parameter makeRoom: Makes room for a number of connections as far as possible, and returns how many there may
    ///   be.
    init(_ makeRoom: @escaping @Sendable (Int) -> Int) { self.makeRoom = makeRoom }

    /// The number of connections that all servers together want.
    package var wanted: Int { parts.withLock { Self.sum(of: $0) } }

    func add(_ part: ConnectionReservation.Part) { change { $0.append(part) } }
    func remove(_ part: ConnectionReservation.Part) { change { $0.removeAll { $0 === part } } }

    private func change(_ body: (inout [ConnectionReservation.Part]) -> Void) {
        parts.withLock { parts in
            body(&parts)
            let share = Self.share(of: makeRoom(Self.sum(of: parts)), among: parts.map(\.wanted))
            for part in parts { part.granted.store(min(part.wanted, share), ordering: .relaxed) }
        }
    }

    /// Returns the most connections of one server, such that all servers together have no more than there may be.
    static func share(of connections: Int, among wanted: [Int]) -> Int {
        var (left, servers) = (connections, wanted.count)
        for number in wanted.sorted() {
            guard number <= left / servers else { return max(1, left / servers) }
            // What one server does not want is divided among the others.
            (left, servers) = (left - number, servers - 1)
        }
        return .max
    }

    private static func sum(of parts: [ConnectionReservation.Part]) -> Int {
        parts.reduce(0) { sum, part in
            let (sum, overflows) = sum.addingReportingOverflow(part.wanted)
            return overflows ? .max : sum
        }
    }
}
