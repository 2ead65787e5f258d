import NIOCore

/// The input of a connection, which is kept until it is taken.
final class Inbox: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let loop: any EventLoop
    private var bytes = ByteBuffer()
    private var isClosed = false
    private var discards = false
    /// Returns `true` when it is no longer waiting; its argument is whether nothing more will arrive in time.
    private var waiter: ((_ isOver: Bool) -> Bool)?

    init(_ loop: any EventLoop) { self.loop = loop }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !discards else { return }
        var input = unwrapInboundIn(data)
        if bytes.readableBytes == 0 { bytes = input } else { bytes.writeBuffer(&input) }
        wake(isOver: false)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        wake(isOver: true)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func discardInput() {
        discards = true
        bytes = ByteBuffer()
    }

    /// Waits until a value can be parsed; there is one waiter at a time.
    func take<Value: Sendable>(
        within time: TimeAmount,
        _ parse: @escaping (inout ByteBuffer) -> Value?
    ) -> EventLoopFuture<Value?> {
        let promise = loop.makePromise(of: Value?.self)
        wait(within: time) { [self] isOver in
            let value = parse(&bytes)
            bytes.discardReadBytes()
            if value != nil || isOver { promise.succeed(value) }
            return value != nil || isOver
        }
        return promise.futureResult
    }

    /// Waits for the end of the connection.
    func end(within time: TimeAmount) -> EventLoopFuture<Bool> {
        let promise = loop.makePromise(of: Bool.self)
        wait(within: time) { [self] isOver in
            if isOver { promise.succeed(isClosed) }
            return isOver
        }
        return promise.futureResult
    }

    private func wait(within time: TimeAmount, _ check: @escaping (Bool) -> Bool) {
        precondition(waiter == nil, "Another task waits for this input")
        guard !check(isClosed) else { return }
        let timeout = loop.assumeIsolated().scheduleTask(in: time) { [self] in wake(isOver: true) }
        waiter = { isOver in
            guard check(isOver) else { return false }
            timeout.cancel()
            return true
        }
    }

    private func wake(isOver: Bool) {
        guard let waiter else { return }
        self.waiter = nil
        if !waiter(isOver) { self.waiter = waiter }
    }
}
