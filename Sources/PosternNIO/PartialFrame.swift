import NIOCore
import Postern

/// The received part of a frame.
enum PartialFrame {
    /// A part of a short frame, or of the length of a frame.
    case short(ByteBuffer)
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
/// to provide the memory of a copy than the processor to copy. It grows with what has arrived, not with the length that
/// was announced.
final class LargeFrame {
    /// The bytes that have arrived.
    private(set) var bytes: [UInt8] = []
    /// The number of bytes that have not arrived.
    private(set) var missing: Int

    /// Begins with input that is the beginning of a frame; `nil` if the frame is short, or its length has not arrived.
    init?(_ input: ByteBuffer) {
        let size = FrameSplitter.sizeOfFirstFrame(in: input.readableBytesUInt8Span) ?? 0
        guard size >= Self.leastBytes else { return nil }
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
        if count > bytes.capacity { bytes.reserveCapacity(min(8 * count, bytes.count + missing)) }
        bytes.append(contentsOf: piece.readableBytesView)
        missing -= piece.readableBytes
    }

    /// The size of the smallest large frame.
    static let leastBytes = 64 << 10
}
