/// The frames that wait to be sent, which the transport takes as a whole.
struct Outbox: Sendable {
    /// Frames that may be sent now.
    private var ready = PeerOutput()
    /// Frames that wait for the end of the handshake, in order.
    private var early: [UInt8] = []
    private var isOpen = false
    /// The maximum size of a frame that the remote peer accepts, once it is known; checked in debug builds only.
    private var limit = Int.max
    /// The last ping that arrived while much output waited; its pong goes behind that output.
    private var unansweredPing: UInt64?
    /// Whether the transport will call ``take()`` without another wake-up.
    private var isTakeScheduled = false
    /// The capacity to reserve for the next output: the size of the first part of the last one, within bounds.
    private(set) var usualCount = leastRoom

    var byteCount: Int { ready.byteCount + early.count }
    var isEmpty: Bool { ready.isEmpty }

    /// Appends frames that require a finished handshake.
    @inline(__always)
    mutating func write<R>(_ body: (inout [UInt8]) -> R) -> R {
        guard isOpen else { return body(&early) }
        // One allocation for the frames of a turn instead of one for each doubling of the array.
        if ready.last.capacity == 0, ready.front.isEmpty { ready.last.reserveCapacity(usualCount) }
        return body(&ready.last)
    }

    /// Appends a message that ends with a value, behind its references frame if it has one, or neither.
    ///
    /// - Parameters:
    ///   - references: The references of the message.
    ///   - value: The last fields of the message, in MessagePack.
    ///   - limit: The maximum size of a frame.
    ///   - begin: A function that begins the frame, writes its other fields, and returns its offset.
    /// - Returns: Whether both fit the limit.
    @inline(__always)
    mutating func write(
        behind references: ReferenceNumbers?,
        _ value: [UInt8],
        limit: Int,
        _ begin: (inout [UInt8]) -> Int
    ) -> Bool {
        // The storage of a large value becomes a part of the output. Copying it would take milliseconds, in which the
        // loop of the peer waits for the lock that the caller holds.
        let isPart = isOpen && value.count >= Self.leastPart
        let fits = write { output in
            let start = output.count
            if let references, !FrameWriter.writeReferences(references, limit: limit, into: &output) { return false }
            let frame = begin(&output)
            if !isPart { output += value }
            if FrameWriter.end(frame, before: isPart ? value.count : 0, limit: limit, in: &output) { return true }
            FrameWriter.discard(start, in: &output)
            return false
        }
        if isPart, fits { ready.append(part: value) }
        return fits
    }

    /// Appends frames of the handshake, and a goodbye, which are sent before it is finished.
    mutating func writeNow(_ body: (inout [UInt8]) -> Void) {
        answerPing()
        body(&ready.last)
    }

    /// Answers a ping.
    ///
    /// - Parameters:
    ///   - number: The number of the ping.
    ///   - later: Whether so much output waits that only the last ping is answered, behind the output: a remote peer that
    ///     sends pings and reads nothing would fill the memory with pongs.
    mutating func answer(ping number: UInt64, later: Bool) {
        if later { unansweredPing = number } else { write { FrameWriter.writeNumbers(.pong, number, into: &$0) } }
    }

    private mutating func answerPing() {
        if let number = unansweredPing.take() { FrameWriter.writeNumbers(.pong, number, into: &ready.last) }
    }

    /// Appends whole frames that were written into another array.
    mutating func append(_ frames: consuming [UInt8]) {
        // Takes over the storage where it can: the replies of a turn are usually all that is sent.
        if frames.count >= Self.leastPart {
            ready.append(part: frames)
        } else if ready.last.isEmpty {
            ready.last = frames
        } else {
            ready.last += frames
        }
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
    mutating func take() -> PeerOutput {
        isTakeScheduled = false
        guard !ready.isEmpty else { return PeerOutput() }
        answerPing()
        assert(FrameSplitter.areFrames(ready.bytes.span, limit: limit), "a frame is larger than the other side takes")
        let taken = ready
        ready = PeerOutput()
        // The storage goes to the transport with the bytes, so the next output starts without any.
        usualCount = min(max((taken.front.first ?? taken.last).count, Self.leastRoom), Self.mostRoom)
        return taken
    }

    /// Discards all frames because they can no longer be sent.
    ///
    /// - Parameter hasCalls: Whether there may be calls among them. The frames are joined to find them, which takes
    ///   memory that a connection which is cut should release.
    /// - Returns: The identifiers of the calls among them, which the remote peer certainly did not execute.
    mutating func discard(hasCalls: Bool) -> Set<UInt64> {
        var (reader, numbers) = (FrameReader(), Set<UInt64>())
        let bytes = hasCalls ? ready.bytes : []
        while let frame = try? reader.next(in: bytes.span) {
            if case .call(let call) = frame { numbers.insert(call.id) }
        }
        (ready, early, unansweredPing) = (PeerOutput(), [], nil)
        return numbers
    }

    private static let leastRoom = 64
    private static let mostRoom = 64 << 10
    /// The size in bytes from which a value is a part of its own.
    static let leastPart = 64 << 10
}
