import NIOCore
import Postern

/// The received part of a frame.
enum PartialFrame {
    /// A part of less than ``LargeFrame/leastBytes``.
    case short(ByteBuffer)
    /// A larger part.
    case large(LargeFrame)

    /// Keeps input that is the beginning of a frame.
    init(_ input: ByteBuffer) { self = LargeFrame(input).map(Self.large) ?? .short(input) }

    /// The number of bytes that have arrived.
    var byteCount: Int {
        switch self {
        case .short(let buffer): buffer.readableBytes
        case .large(let frame): frame.bytes.count
        }
    }
}

/// The received part of a large frame.
///
/// The array that it is collected in becomes the message for the peer, and grows in few steps: the system takes longer
/// to provide the memory of a copy than the processor to copy. It has room for a multiple of what has arrived, not for
/// the length that was announced. The multiple is so large that an array which grows was mapped, see `MemoryTrim`: what
/// it leaves behind belongs to the system, not to the heap, where it would stay in memory. Room that is not used takes
/// no memory.
final class LargeFrame {
    /// The bytes that have arrived.
    private(set) var bytes: [UInt8] = []
    /// The number of bytes that have not arrived.
    private(set) var missing: Int

    /// Begins with input that is the beginning of a frame; `nil` if it is short.
    init?(_ input: ByteBuffer) {
        guard input.readableBytes >= Self.leastBytes,
            let size = FrameSplitter.sizeOfFirstFrame(in: input.readableBytesUInt8Span)
        else { return nil }
        missing = size
        append(input)
    }

    /// Takes what belongs to the frame from the beginning of the input.
    func take(from input: inout ByteBuffer) {
        guard let piece = input.readSlice(length: min(missing, input.readableBytes)) else { return }
        append(piece)
    }

    private func append(_ piece: ByteBuffer) {
        let count = bytes.count + piece.readableBytes
        if count > bytes.capacity { bytes.reserveCapacity(min(Self.room * count, bytes.count + missing)) }
        bytes.append(contentsOf: piece.readableBytesView)
        missing -= piece.readableBytes
    }

    /// The number of bytes of a frame from which it is collected in an array.
    static let leastBytes = 64 << 10
    /// The capacity for each byte that has arrived, in bytes.
    private static let room = 32
}
