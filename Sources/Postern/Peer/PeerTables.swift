private import Synchronization

/// How much is under way on a connection, table by table; for diagnosis.
package struct PeerTables: Hashable, Sendable {
    /// Calls made here that wait for their answer.
    package let pendingCalls: Int
    /// Calls made here that wait for room at the other side, and what waits for the handshake.
    package let waitingMessages: Int
    /// Calls of the other side that are being served, streams and cancelled ones among them.
    package let servedCalls: Int
    /// Notifications of the other side that are being handled.
    package let notifications: Int
    /// Streams that are read here and whose end was not taken yet.
    package let streams: Int
    /// References that the other end holds, or that a message which is being written holds.
    package let exports: Int
    /// References of the other end that are held here.
    package let imports: Int
    /// Calls and notifications that wait for a peer that serves by hand.
    package let arrivals: Int
    /// Bytes that wait to be sent.
    package let queuedBytes: Int

    /// Whether nothing is under way; bytes may be on their way out.
    package var areEmpty: Bool {
        pendingCalls + waitingMessages + servedCalls + notifications + streams + exports + imports + arrivals == 0
    }
}

extension Peer {
    /// How much is under way now.
    package var tables: PeerTables {
        let (exports, imports) = references.counts
        return changeInTurn { state in
            PeerTables(
                pendingCalls: state.calls.count,
                waitingMessages: state.waiting.callCount + state.waiting.notificationCount,
                servedCalls: state.counts.calls + state.counts.streams + state.counts.cancelled,
                notifications: state.counts.notifications,
                streams: state.readers.count,
                exports: exports,
                imports: imports,
                arrivals: arrivalCount,
                queuedBytes: state.outbox.byteCount
            )
        }
    }
}
