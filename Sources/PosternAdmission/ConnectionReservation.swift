import Synchronization

/// The connections that a pool has reserved for one server.
package final class ConnectionReservation: Sendable {
    private let pool: ConnectionPool
    private let part: Part

    /// Reserves connections for a server.
    package init(of wanted: Int, in pool: ConnectionPool = .process) {
        self.pool = pool
        part = Part(max(1, wanted))
        pool.add(part)
    }

    deinit { release() }

    /// The number of connections that the server may have now; at least one.
    package var connections: Int { part.granted.load(ordering: .relaxed) }

    /// The number of connections that each event loop of the server may have now; at least one.
    package func connections(forEachOf loops: Int) -> Int { max(1, connections / max(1, loops)) }

    /// Leaves the connections to the other servers, since this one has stopped.
    package func release() { pool.remove(part) }

    /// What one server wants and has.
    final class Part: Sendable {
        let wanted: Int
        let granted = Atomic(1)

        init(_ wanted: Int) { self.wanted = wanted }
    }
}
