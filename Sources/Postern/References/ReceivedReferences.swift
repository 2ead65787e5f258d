internal import Synchronization

/// The references in one received message.
///
/// An instance holds the imports of the message until it is freed, whether the message was decoded or not. It does not
/// retain the connection, so a `Payload` that is kept does not keep a closed connection alive.
package final class ReceivedReferences: Sendable {
    private let link: ConnectionLink?
    private let lent: [UInt64]
    // Resolved on arrival, because the other side may release these before the message is decoded.
    private let returned: [UInt64: ReferenceHandle]
    /// The encoding of the values in the message.
    let codec: any PayloadCodec.Type

    /// The message that is being decoded in this task.
    @TaskLocal static var current: Reading?

    init(
        from connection: (any ReferenceConnection)?,
        lent: [UInt64],
        returned: [UInt64: ReferenceHandle],
        codec: any PayloadCodec.Type = MessagePack.self
    ) {
        self.codec = codec
        link = connection?.link
        self.lent = lent
        self.returned = returned
    }

    deinit {
        if !lent.isEmpty { link?.connection?.endHolds(lent) }
        // Freeing a handle may run code of the program, and this may be freed under a lock; a task frees them later.
        if !returned.isEmpty { Task { [returned] in _ = returned } }
    }

    /// Whether the message contains no references; such an instance only carries the encoding of the message.
    var isEmpty: Bool { lent.isEmpty && returned.isEmpty }

    /// The number of references in the message that this side owns.
    package var returnedCount: Int { returned.count }

    /// Whether the message returned a reference that this side had forwarded from a connection.
    func includesReference(over connection: any ReferenceConnection) -> Bool {
        returned.values.contains { handle in
            guard case .remote(let remote) = handle else { return false }
            return remote.connection === connection
        }
    }

    /// Returns the handle of a reference in the message.
    ///
    /// - Throws: `.typeMismatch` if the message has no such reference.
    func find(_ reference: WireReference) throws(PayloadError) -> ReferenceHandle {
        let handle =
            reference.isReturned
            ? returned[reference.number]
            : link?.connection?.proxy(reference.number, reference.kind).map(ReferenceHandle.remote)
        guard let handle else { throw PayloadError(.typeMismatch, "no such reference") }
        return handle
    }

    /// Runs `body`, and resolves the references that it decodes.
    func reading<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        // `Reading` is emptied at the end: tasks that `body` starts inherit the task-local value and would retain the
        // message for as long as they run.
        let reading = Reading(self)
        defer { reading.end() }
        let result = Self.$current.withValue(reading) { () -> Result<R, E> in
            do throws(E) { return .success(try body()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// The scope in which a message is decoded.
    final class Reading: Sendable {
        private let references: Mutex<ReceivedReferences?>

        init(_ references: ReceivedReferences) { self.references = Mutex(references) }

        var message: ReceivedReferences? { references.withLock { $0 } }

        func end() {
            // Freed after the lock is released.
            let ended = references.withLock { $0.take() }
            _ = ended
        }
    }
}

/// The references in a payload, by the direction of its message.
package enum PayloadReferences: Sendable {
    case sent(SentReferences)
    case received(ReceivedReferences)
}
