private import Synchronization

/// The sizes of the tables of a connection, for diagnosis.
package struct PeerTables: Hashable, Sendable {
    /// The number of calls made here that have no reply yet.
    package let pendingCalls: Int
    /// The number of calls and notifications that wait for room at the remote peer or for the handshake.
    package let waitingMessages: Int
    /// The number of calls of the remote peer being served, including streams and cancelled calls.
    package let servedCalls: Int
    /// The number of notifications of the remote peer being handled.
    package let notifications: Int
    /// The number of streams read here whose end was not read yet.
    package let streams: Int
    /// The number of references that the remote peer, or a message being written, holds of this one.
    package let exports: Int
    /// The number of references of the remote peer held here.
    package let imports: Int
    /// The number of calls and notifications that wait to be served on request.
    package let arrivals: Int
    /// The number of bytes that wait to be sent.
    package let queuedBytes: Int

    /// Whether no call, stream or reference is left.
    ///
    /// Bytes may still wait to be sent.
    package var areEmpty: Bool {
        pendingCalls + waitingMessages + servedCalls + notifications + streams + exports + imports + arrivals == 0
    }
}

extension Peer {
    /// The current sizes of all tables.
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
