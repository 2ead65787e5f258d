private import Synchronization

/// The way from callers, references and messages to their connection, for as long as the connection is open.
///
/// There is one for each connection, shared by all of them. It is cut at the end of the connection, so that what is kept
/// longer keeps neither the tables nor the buffers of a closed connection.
package final class ConnectionLink: Sendable {
    private let state = Mutex<(any ReferenceConnection)?>(nil)

    package init() {}

    /// The connection; `nil` once it has ended.
    var connection: (any ReferenceConnection)? { state.withLock { $0 } }

    /// The connection, to be used.
    ///
    /// - Throws: `.unavailable` when it has ended.
    var openConnection: any ReferenceConnection {
        get throws(CallError) {
            if let connection { return connection }
            throw CallError(.unavailable, "The connection of the caller has ended", ran: .no)
        }
    }

    /// Leads to a connection, which has to call ``cut()`` when it ends.
    package func lead(to connection: any ReferenceConnection) { state.withLock { $0 = connection } }

    /// The connection has ended.
    package func cut() {
        // It may be freed by this, which happens outside the lock.
        let ended = state.withLock { $0.take() }
        withExtendedLifetime(ended) {}
    }
}
