private import Synchronization

/// One end of a connection over which references travel: a native peer, or what stands for a client at a JSON door.
package protocol ReferenceConnection: AnyObject, Sendable {
    /// The encoding of its messages.
    var codec: any PayloadCodec.Type { get }
    /// What was lent over it, in both directions.
    var references: ReferenceStore { get }
    /// Leads callers here.
    var link: ConnectionLink { get }

    /// Has what is to be given back sent soon; called where something is freed, under whatever lock.
    func releasesBecameDue()
    /// Sends one call, also through a reference, and waits for its reply.
    func send(_ call: Call) async throws(CallError) -> Reply
    /// Sends a notification, also through a reference.
    func sendNotification(_ call: Call) throws(CallError)
}

/// Lent by the other end.
extension ReferenceConnection {
    /// Holds the references of the message that follows; a reason when the connection is to end.
    package func receiveReferences(_ numbers: ReferenceNumbers) -> Result<ReceivedReferences, DisconnectReason> {
        let (held, returned, reason) = references.receive(numbers)
        let codec: any PayloadCodec.Type = numbers.isFromJSON ? MessagePackFromJSON.self : MessagePack.self
        let message = ReceivedReferences(from: self, lent: held, returned: returned, codec: codec)
        return reason.map(Result.failure) ?? .success(message)
    }

    /// The object that stands for a number; `nil` for a number that was not received.
    func proxy(_ number: UInt64, _ kind: ReferenceKind) -> RemoteReference? {
        references.proxy(for: number, kind) { RemoteReference(over: self, number: number, kind: kind) }
    }

    /// Ends holds; what nobody holds any more is given back soon, together with what else is let go until then.
    func endHolds(_ numbers: [UInt64]) {
        if references.endHolds(numbers) { releasesBecameDue() }
    }
}

/// Messages to the other end.
extension ReferenceConnection {
    /// Encodes arguments; those that hold references once more, for this connection.
    func arguments<each Argument: Encodable>(
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:]
    ) throws(CallError) -> Payload {
        try encoded { () throws(PayloadError) in
            try ArgumentEncoding.payload(as: codec, repeat each arguments, named: named)
        }
    }

    /// Encodes one value that holds references.
    func payload(encoding value: some Encodable) throws(CallError) -> Payload {
        let error = PayloadError(.noConnection, "")
        return try withReferences(after: error) { () throws(PayloadError) in
            try Payload(encoding: value, as: codec)
        }
    }

    func encoded(_ encode: () throws(PayloadError) -> Payload) throws(CallError) -> Payload {
        let error: PayloadError
        do throws(PayloadError) { return try encode() } catch let fault { error = fault }
        return try withReferences(after: error, encode)
    }

    /// Tries again with a place for references, when that was what was missing.
    private func withReferences(
        after error: PayloadError,
        _ encode: () throws(PayloadError) -> Payload
    ) throws(CallError) -> Payload {
        guard error.reason == .noConnection else { throw CallError(error) }
        let references = SentReferences(to: self)
        do throws(PayloadError) {
            var payload = try references.collecting(encode)
            payload.references = .sent(references)
            return payload
        } catch {
            throw CallError(error)
        }
    }
}

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
