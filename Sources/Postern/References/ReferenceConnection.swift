private import Synchronization

/// One side of a connection that carries references: a native peer, or the server side of a JSON client.
package protocol ReferenceConnection: AnyObject, Sendable {
    /// The encoding of the messages on this connection.
    var codec: any PayloadCodec.Type { get }
    /// The exported and imported references of this connection.
    var references: ReferenceStore { get }
    /// The link through which callers, references and messages find this connection.
    var link: ConnectionLink { get }

    /// Schedules the due releases to be sent soon.
    ///
    /// Called when a reference or a message is freed, possibly under a lock, so it must neither block nor call out.
    func releasesBecameDue()
    /// Sends a call to a method or to a reference, and waits for its reply.
    func send(_ call: Call) async throws(CallError) -> Reply
    /// Sends a notification to a method or to a reference.
    func sendNotification(_ call: Call) throws(CallError)
}

// MARK: References of the other side

extension ReferenceConnection {
    /// Holds the references of the message that follows.
    ///
    /// - Returns: The references, or the reason to close the connection.
    package func receiveReferences(_ numbers: ReferenceNumbers) -> Result<ReceivedReferences, DisconnectReason> {
        let (held, returned, reason) = references.receive(numbers)
        let codec: any PayloadCodec.Type = numbers.isFromJSON ? MessagePackFromJSON.self : MessagePack.self
        let message = ReceivedReferences(from: self, lent: held, returned: returned, codec: codec)
        return reason.map(Result.failure) ?? .success(message)
    }

    /// Returns the proxy of a number, or `nil` for a number that was not received.
    func proxy(_ number: UInt64, _ kind: ReferenceKind) -> RemoteReference? {
        references.proxy(for: number, kind) { RemoteReference(over: self, number: number, kind: kind) }
    }

    /// Ends one hold on each of the numbers, and schedules the releases that this makes due.
    ///
    /// Releases that become due before the next output share one write.
    func endHolds(_ numbers: [UInt64]) {
        if references.endHolds(numbers) { releasesBecameDue() }
    }
}

// MARK: Outgoing messages

extension ReferenceConnection {
    /// Encodes the arguments of a call on this connection.
    func arguments<each Argument: Encodable>(
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:]
    ) throws(CallError) -> Payload {
        try encoded { () throws(PayloadError) in
            try ArgumentEncoding.payload(as: codec, repeat each arguments, named: named)
        }
    }

    /// Encodes one value that contains references.
    func payload(encoding value: some Encodable) throws(CallError) -> Payload {
        // The first attempt, which would fail with this error, was made by the caller.
        let error = PayloadError(.noConnection, "")
        return try withReferences(after: error) { () throws(PayloadError) in
            try Payload(encoding: value, as: codec)
        }
    }

    /// Encodes a payload for this connection.
    ///
    /// Most payloads contain no references, and are encoded without a task-local value and a table. One that does fails
    /// with `.noConnection` and is encoded a second time.
    func encoded(_ encode: () throws(PayloadError) -> Payload) throws(CallError) -> Payload {
        let error: PayloadError
        do throws(PayloadError) { return try encode() } catch let fault { error = fault }
        return try withReferences(after: error, encode)
    }

    /// Encodes a payload again, with its references, if the first attempt failed because of them.
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

/// A shared pointer to a connection that is cleared when the connection closes.
///
/// Callers, references and messages of a connection share one link. A caller or a reference that outlives its
/// connection therefore retains neither its tables nor its buffers.
package final class ConnectionLink: Sendable {
    private let state = Mutex<(any ReferenceConnection)?>(nil)

    package init() {}

    /// The connection; `nil` once it has closed.
    var connection: (any ReferenceConnection)? { state.withLock { $0 } }

    /// The connection.
    ///
    /// - Throws: `.unavailable` if it has closed.
    var openConnection: any ReferenceConnection {
        get throws(CallError) {
            if let connection { return connection }
            throw CallError(.unavailable, "The connection of the caller has ended", ran: .no)
        }
    }

    /// Sets the connection, which must call ``cut()`` when it closes.
    package func connect(to connection: any ReferenceConnection) { state.withLock { $0 = connection } }

    /// Clears the link.
    package func cut() {
        // This may be the last reference to the connection, so it is released after the lock.
        let ended = state.withLock { $0.take() }
        withExtendedLifetime(ended) {}
    }
}
