import NIOCore
import Postern

extension PeerOutput {
    /// The size of the buffers that a large part is copied into.
    ///
    /// The allocator reuses blocks of this size. Larger ones are mapped, and the system provides them page by page, see
    /// `MemoryTrim`.
    private static let pieceBytes = 256 << 10

    /// Writes all bytes to a channel.
    ///
    /// - Parameters:
    ///   - context: The context of the handler that writes.
    ///   - promise: A promise that is completed when all bytes were passed to the system, or could not be.
    func writeAndFlush(to context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        for part in front {
            for start in stride(from: 0, to: part.count, by: Self.pieceBytes) {
                let piece = part[start..<min(start + Self.pieceBytes, part.count)]
                context.write(NIOAny(ByteBuffer(bytes: piece)), promise: nil)
            }
        }
        context.writeAndFlush(NIOAny(ByteBuffer(bytes: last)), promise: promise)
    }
}
