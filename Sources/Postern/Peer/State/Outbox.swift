/// The frames that wait to be sent, as one array of bytes that the transport takes as a whole.
struct Outbox: Sendable {
    /// Frames that may be sent now.
    private var ready: [UInt8] = []
    /// Frames that wait for the end of the handshake, in order.
    private var early: [UInt8] = []
    private var isOpen = false
    /// The maximum size of a frame that the remote peer accepts, once it is known; checked in debug builds only.
    private var limit = Int.max
    /// Whether the transport will call ``take()`` without another wake-up.
    private var isTakeScheduled = false
    /// The capacity to reserve for the next output: the size of the last one, within bounds.
    private(set) var usualCount = leastRoom

    var byteCount: Int { ready.count + early.count }
    var isEmpty: Bool { ready.isEmpty }

    /// Appends frames that require a finished handshake.
    @inline(__always)
    mutating func write<R>(_ body: (inout [UInt8]) -> R) -> R {
        guard isOpen else { return body(&early) }
        // One allocation for the frames of a turn instead of one for each doubling of the array.
        if ready.capacity == 0 { ready.reserveCapacity(usualCount) }
        return body(&ready)
    }

    /// Appends the references frame of a message, if it has one, and the message itself, or neither.
    ///
    /// - Returns: Whether both fit the limit.
    @inline(__always)
    mutating func write(
        behind references: ReferenceNumbers?,
        limit: Int,
        _ body: (inout [UInt8]) -> Bool
    ) -> Bool {
        write { Self.append(behind: references, limit: limit, to: &$0, body) }
    }

    /// Appends the references frame of a message, if it has one, and the message itself, or neither.
    ///
    /// - Returns: Whether both fit the limit.
    @inline(__always)
    static func append(
        behind references: ReferenceNumbers?,
        limit: Int,
        to output: inout [UInt8],
        _ body: (inout [UInt8]) -> Bool
    ) -> Bool {
        guard let references else { return body(&output) }
        let start = output.count
        if FrameWriter.writeReferences(references, limit: limit, into: &output), body(&output) { return true }
        output.removeLast(output.count - start)
        return false
    }

    /// Appends frames of the handshake, and a goodbye, which are sent before it is finished.
    mutating func writeNow(_ body: (inout [UInt8]) -> Void) { body(&ready) }

    /// Appends whole frames that were written into another array.
    mutating func append(_ frames: consuming [UInt8]) {
        // Takes over the storage where it can: the replies of a turn are usually all that is sent.
        if ready.isEmpty { ready = frames } else { ready += frames }
    }

    /// Ends the handshake: the early frames may be sent.
    ///
    /// - Parameter limit: The maximum size of a frame, in bytes after its length.
    mutating func open(limit: Int) {
        isOpen = true
        self.limit = limit
        append(early)
        early = []
    }

    /// Notes that the transport takes the output at the end of the turn that begins now, without a wake-up.
    mutating func beginTurn() { isTakeScheduled = true }

    /// Returns whether to wake the transport, and counts on its calling ``take()``.
    ///
    /// Returns `true` at most once between two calls of ``take()``.
    @inline(__always)
    mutating func takeWakeUp() -> Bool {
        guard !isTakeScheduled, !ready.isEmpty else { return false }
        isTakeScheduled = true
        return true
    }

    /// Removes and returns the frames that may be sent.
    mutating func take() -> [UInt8] {
        isTakeScheduled = false
        guard !ready.isEmpty else { return [] }
        assert(FrameSplitter.areFrames(ready.span, limit: limit), "a frame is larger than the other side takes")
        let taken = ready
        ready = []
        // The storage goes to the transport with the bytes, so the next output starts without any.
        usualCount = min(max(taken.count, Self.leastRoom), Self.mostRoom)
        return taken
    }

    /// Discards all frames because they can no longer be sent.
    ///
    /// - Returns: The identifiers of the calls among them, which the remote peer certainly did not execute.
    mutating func discardCalls() -> Set<UInt64> {
        var (reader, numbers) = (FrameReader(), Set<UInt64>())
        while let frame = try? reader.next(in: ready.span) {
            if case .call(let call) = frame { numbers.insert(call.id) }
        }
        (ready, early) = ([], [])
        return numbers
    }

    private static let leastRoom = 64
    private static let mostRoom = 64 << 10
}
