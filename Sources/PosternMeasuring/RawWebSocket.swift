package import NIOCore

/// A minimal WebSocket client that measures: unfragmented text frames, and one write for each turn of the loop.
///
/// The input buffer is limited; a frame of 64 KiB or more closes the connection.
package final class RawWebSocket: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private static let maximumBufferedBytes = 16 << 20

    private let workload: any Workload
    private let whenOpen: EventLoopPromise<Void>
    private var isOpen = false
    private var input = ByteBuffer()
    private var output = ByteBuffer()
    private var context: ChannelHandlerContext?

    /// Creates a client, which begins the handshake when its connection is open.
    ///
    /// - Parameters:
    ///   - workload: What it sends and measures.
    ///   - whenOpen: Succeeds when the handshake is complete.
    package init(_ workload: any Workload, whenOpen: EventLoopPromise<Void>) {
        self.workload = workload
        self.whenOpen = whenOpen
    }

    /// Returns the bytes of a text frame, whose mask is zero, so that the text is not changed.
    package static func frame(_ text: String) -> ByteBuffer {
        let bytes = Array(text.utf8)
        precondition(bytes.count < 1 << 16, "The load generator sends short messages only")
        var frame = ByteBuffer(bytes: [0x81])
        if bytes.count < 126 {
            frame.writeInteger(UInt8(bytes.count) | 0x80)
        } else {
            frame.writeInteger(UInt8(126 | 0x80))
            frame.writeInteger(UInt16(bytes.count))
        }
        frame.writeInteger(UInt32(0))
        frame.writeBytes(bytes)
        return frame
    }

    /// Enqueues a frame, which is written at the end of this turn of the loop.
    package func send(_ frame: ByteBuffer) { output.writeImmutableBuffer(frame) }

    /// Writes a frame outside of the handling of a message.
    package func sendNow(_ frame: ByteBuffer) { context?.writeAndFlush(wrapOutboundOut(frame), promise: nil) }

    package func channelActive(context: ChannelHandlerContext) {
        self.context = context
        let request = """
            GET /rpc HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
            """
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
        guard input.readableBytes <= Self.maximumBufferedBytes else { return context.close(promise: nil) }
        if !isOpen { readHandshake(context) }
        while isOpen, readFrame(context) {}
        if input.readableBytes == 0 { input.clear() } else { input.discardReadBytes() }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        guard output.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        output = context.channel.allocator.buffer(capacity: output.readableBytes)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        whenOpen.fail(ConnectionClosed())
        workload.closed(self)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func readHandshake(_ context: ChannelHandlerContext) {
        let text = String(buffer: input)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return }
        guard text.hasPrefix("HTTP/1.1 101") else { return context.close(promise: nil) }
        input.moveReaderIndex(forwardBy: text.utf8.distance(from: text.startIndex, to: end.upperBound))
        isOpen = true
        workload.opened(self)
        whenOpen.succeed()
    }

    /// Reads one frame from the input; returns `false` when it is incomplete.
    private func readFrame(_ context: ChannelHandlerContext) -> Bool {
        let start = input.readerIndex
        guard let head: UInt16 = input.getInteger(at: start) else { return false }
        var length = Int(head & 0x7f)
        var headBytes = 2
        if length == 126 {
            guard let long: UInt16 = input.getInteger(at: start + 2) else { return false }
            (length, headBytes) = (Int(long), 4)
        }
        guard length < 127 || headBytes == 4 else {
            context.close(promise: nil)
            return false
        }
        guard input.readableBytes >= headBytes + length else { return false }
        // Other frames, such as pings and close frames, are ignored: no measurement takes long enough for them to
        // matter.
        if head >> 8 == 0x81 {
            let bytes = input.readableBytesUInt8Span
            workload.received(bytes.extracting(headBytes..<headBytes + length), on: self)
        }
        input.moveReaderIndex(forwardBy: headBytes + length)
        return true
    }
}
