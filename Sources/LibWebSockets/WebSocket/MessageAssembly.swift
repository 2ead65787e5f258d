import Glibc
import PosternPacing

/// A message that arrives in pieces, whose size and number of frames are limited.
struct MessageAssembly {
    /// The state of the message after a piece.
    enum Outcome: Equatable {
        case incomplete
        /// The message is complete; ``take()`` returns it.
        case complete
        /// The message exceeds a limit; the connection must be closed with this code and reason.
        case refused(code: UInt16, reason: String)
    }

    private var bytes: [UInt8] = []
    /// The memory that the received part occupies, in bytes; the rest of a buffer that was used before is not counted.
    var byteCount: Int { min(bytes.capacity, 2 * bytes.count) }
    private var isBinary = false
    private var frames = 0
    private var pace = TransferPace()

    /// Begins a message in an empty buffer.
    mutating func begin(with buffer: consuming [UInt8], isBinary: Bool, now: UInt64) {
        self = MessageAssembly(bytes: buffer, isBinary: isBinary)
        // Starts the measurement; without demands the first check always passes.
        _ = pace.check(moved: 0, at: now, TransferPace.Demand(patience: .max, bytesPerSecond: 0))
    }

    /// Appends a piece of the message.
    mutating func add(_ piece: Span<UInt8>, _ place: MessagePiece, limits: WebSocketLimits) -> Outcome {
        if place.remaining == 0 { frames += 1 }
        // The announced rest of the frame counts too, so that a message that is too large is refused at its start. The
        // sum is clamped before the subtraction, which therefore cannot overflow.
        guard
            place.remaining <= limits.maximumMessageBytes - min(bytes.count + piece.count, limits.maximumMessageBytes),
            bytes.count + piece.count <= limits.maximumMessageBytes
        else {
            self = MessageAssembly()
            return .refused(code: 1009, reason: "message larger than \(limits.maximumMessageBytes) bytes")
        }
        guard frames <= limits.maximumFragments else {
            self = MessageAssembly()
            return .refused(code: 1008, reason: "message in more than \(limits.maximumFragments) fragments")
        }
        bytes.append(contentsOf: piece)
        return place.isFinal ? .complete : .incomplete
    }

    /// Returns the complete message as the only owner of its bytes, and resets the assembly.
    mutating func take() -> WholeMessage {
        let taken = WholeMessage(bytes: exchange(&bytes, with: []), isBinary: isBinary, frames: frames)
        self = MessageAssembly()
        return taken
    }

    /// Returns whether a message that has begun arrives too slowly or not at all.
    mutating func isTooSlow(_ now: UInt64, limits: WebSocketLimits) -> Bool {
        guard pace.isUnderWay else { return false }
        let demand = TransferPace.Demand(patience: limits.messageMilliseconds, bytesPerSecond: limits.minimumRate)
        return pace.check(moved: UInt64(bytes.count), at: now, demand) != .moves
    }
}

/// A complete message that arrived in pieces.
struct WholeMessage {
    var bytes: [UInt8]
    let isBinary: Bool
    let frames: Int
}

extension [UInt8] {
    /// Appends the bytes of a span with one copy.
    mutating func append(contentsOf span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Inserts `count` unspecified bytes at an index, with one move of the bytes behind it.
    mutating func makeRoom(for count: Int, at index: Int) {
        let end = self.count
        for _ in 0..<count { append(0) }
        unsafe withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe memmove(start + index + count, start + index, end - index)
        }
    }
}
