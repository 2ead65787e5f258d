import Glibc
import PosternPacing

/// Joins the pieces of one message, within its limits.
struct MessageAssembly {
    enum Outcome: Equatable {
        case incomplete
        /// To be taken now.
        case complete
        case refused(code: UInt16, reason: String)
    }

    private var bytes: [UInt8] = []
    private var isBinary = false
    private var frames = 0
    private var pace = TransferPace()

    /// Begins a message in an empty buffer.
    mutating func begin(with buffer: consuming [UInt8], isBinary: Bool, now: UInt64) {
        self = MessageAssembly(bytes: buffer, isBinary: isBinary)
        _ = pace.check(moved: 0, at: now, TransferPace.Demand(patience: .max, bytesPerSecond: 0))
    }

    mutating func add(_ piece: Span<UInt8>, _ place: MessagePiece, limits: WebSocketLimits) -> Outcome {
        if place.remaining == 0 { frames += 1 }
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

    /// Hands a complete message over, the only one to hold its bytes.
    mutating func take() -> WholeMessage {
        let taken = WholeMessage(bytes: exchange(&bytes, with: []), isBinary: isBinary, frames: frames)
        self = MessageAssembly()
        return taken
    }

    /// Whether a message that has begun does not move, or arrives too slowly.
    mutating func isTooSlow(_ now: UInt64, limits: WebSocketLimits) -> Bool {
        guard pace.isUnderWay else { return false }
        let demand = TransferPace.Demand(patience: limits.messageMilliseconds, bytesPerSecond: limits.minimumRate)
        return pace.check(moved: UInt64(bytes.count), at: now, demand) != .moves
    }
}

/// A message that came in pieces.
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

    /// Moves what stands from an index on up by some bytes; what then stands there has no meaning.
    mutating func makeRoom(for count: Int, at index: Int) {
        let end = self.count
        for _ in 0..<count { append(0) }
        unsafe withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe memmove(start + index + count, start + index, end - index)
        }
    }
}
