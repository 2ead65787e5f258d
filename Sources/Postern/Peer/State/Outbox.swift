/// Frames waiting to be sent.
struct Outbox: Sendable {
    /// What may leave now.
    private var ready: [UInt8] = []
    /// Frames that wait for the end of the handshake, in order.
    private var early: [UInt8] = []
    private var isOpen = false
    /// The largest frame that the other side takes, once that is known.
    private var limit = Int.max
    /// Whether somebody will take the output without being asked.
    private var isTakeScheduled = false
    /// How many bytes to make room for at once: as many as were taken last.
    private(set) var usualCount = leastRoom

    var byteCount: Int { ready.count + early.count }
    var isEmpty: Bool { ready.isEmpty }

    /// Appends frames that need a finished handshake.
    @inline(__always)
    mutating func write<R>(_ body: (inout [UInt8]) -> R) -> R {
        guard isOpen else { return body(&early) }
        if ready.capacity == 0 { ready.reserveCapacity(usualCount) }
        return body(&ready)
    }

    /// Appends a frame, and before it what is told of the references in it; both or none.
    @inline(__always)
    mutating func write(
        behind references: ReferenceNumbers?,
        limit: Int,
        _ body: (inout [UInt8]) -> Bool
    ) -> Bool {
        write { Self.append(behind: references, limit: limit, to: &$0, body) }
    }

    /// Appends a frame, and before it what is told of the references in it; both or none.
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

    /// Appends frames that belong to the handshake itself.
    mutating func writeNow(_ body: (inout [UInt8]) -> Void) { body(&ready) }

    /// Appends frames that were written elsewhere.
    mutating func append(_ frames: consuming [UInt8]) {
        if ready.isEmpty { ready = frames } else { ready += frames }
    }

    /// The handshake is done: early frames may leave.
    ///
    /// - Parameter limit: The largest frame that the other side takes, in bytes after its length.
    mutating func open(limit: Int) {
        isOpen = true
        self.limit = limit
        append(early)
        early = []
    }

    /// The output will be taken at the end of the turn that begins now.
    mutating func beginTurn() { isTakeScheduled = true }

    /// Whether the transport has to be told that there is output; at most once for each time it is taken.
    @inline(__always)
    mutating func takeWakeUp() -> Bool {
        guard !isTakeScheduled, !ready.isEmpty else { return false }
        isTakeScheduled = true
        return true
    }

    /// Hands over what may leave.
    mutating func take() -> [UInt8] {
        isTakeScheduled = false
        guard !ready.isEmpty else { return [] }
        assert(FrameSplitter.areFrames(ready.span, limit: limit), "a frame is larger than the other side takes")
        let taken = ready
        ready = []
        usualCount = min(max(taken.count, Self.leastRoom), Self.mostRoom)
        return taken
    }

    /// Discards everything that waits, because it can no longer be sent; returns the numbers of the calls among it.
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
