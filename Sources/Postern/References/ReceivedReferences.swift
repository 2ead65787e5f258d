internal import Synchronization

/// The references in one message that was received.
///
/// Holds them until the message goes, whether anybody reads it or not. A message that is kept, as a `Payload` may be, does
/// not keep its connection.
package final class ReceivedReferences: Sendable {
    private let link: ConnectionLink?
    private let lent: [UInt64]
    /// What came home, found when it arrived: it may be released before the message is read.
    private let returned: [UInt64: ReferenceHandle]
    /// How the values of the message are read.
    let codec: any PayloadCodec.Type

    /// Where references are looked up that are being decoded.
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
        // The last reference to something of the program's may be among them, and a lock may be held here.
        if !returned.isEmpty { Task { [returned] in _ = returned } }
    }

    /// Whether there is nothing to hold: the message only says where it comes from.
    var isEmpty: Bool { lent.isEmpty && returned.isEmpty }

    /// How many of the sender's references came home.
    package var returnedCount: Int { returned.count }

    /// Whether something of the other end of a connection came home here, which had passed it on.
    func includesReference(over connection: any ReferenceConnection) -> Bool {
        returned.values.contains { handle in
            guard case .remote(let remote) = handle else { return false }
            return remote.connection === connection
        }
    }

    /// Finds what a reference of the message leads to.
    func find(_ reference: WireReference) throws(PayloadError) -> ReferenceHandle {
        let handle =
            reference.isReturned
            ? returned[reference.number]
            : link?.connection?.proxy(reference.number, reference.kind).map(ReferenceHandle.remote)
        guard let handle else { throw PayloadError(.typeMismatch, "no such reference") }
        return handle
    }

    /// Has references that `body` decodes found here.
    func reading<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        let reading = Reading(self)
        defer { reading.end() }
        let result = Self.$current.withValue(reading) { () -> Result<R, E> in
            do throws(E) { return .success(try body()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// The time in which a message is read; a task that was started in it does not keep the message.
    final class Reading: Sendable {
        private let references: Mutex<ReceivedReferences?>

        init(_ references: ReceivedReferences) { self.references = Mutex(references) }

        var message: ReceivedReferences? { references.withLock { $0 } }

        func end() {
            // Let go outside the lock.
            let ended = references.withLock { $0.take() }
            _ = ended
        }
    }
}

/// The references that a payload holds, and which way it goes.
package enum PayloadReferences: Sendable {
    case sent(SentReferences)
    case received(ReceivedReferences)
}
