import NIOCore

/// Notes whether a listening channel has accepted connections.
///
/// The system reserves a descriptor before it looks for a connection. So the accept behind the last possible connection
/// fails although no further one waits, and only a failure without a connection before it means that one does.
final class AcceptedChannels: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private var hasNews = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasNews = true
        context.fireChannelRead(data)
    }

    /// Returns whether connections were accepted since the last call.
    func takeNews() -> Bool {
        defer { hasNews = false }
        return hasNews
    }
}
