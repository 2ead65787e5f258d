import NIOCore
import NIOPosix
import Postern

/// Puts a peer onto a channel.
enum NativeConnection {
    /// Makes the peer of a channel, which is polled as long as is said at most; runs on the channel's event loop.
    static func install(
        on channel: any Channel,
        as end: ConnectionEnd,
        exposing dispatcher: any Dispatcher,
        options: ConnectionOptions,
        security: ConnectionSecurity,
        busyPolling: Duration = .zero
    ) throws -> Peer {
        let handler = FrameHandler(options: options)
        let peer = Peer(
            transport: ChannelTransport(handler, on: channel),
            exposing: dispatcher,
            limits: options.limits,
            name: options.name,
            serving: options.serving,
            sendsTraces: options.sendsTraces,
            observer: options.observer,
            authentication: options.authentication.map { PeerAuthentication($0, at: end) }
        )
        let executor = EventLoopExecutor.of(channel.eventLoop)
        handler.serve(peer, on: executor, polling: PolledChannel(channel, on: executor, atMost: busyPolling))
        try security.install(on: channel, as: end.role)
        try channel.pipeline.syncOperations.addHandler(handler)
        return peer
    }

    /// Options that every native channel has.
    static func configure(_ bootstrap: ClientBootstrap, for address: Address) -> ClientBootstrap {
        if case .unix = address { return bootstrap }
        return bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
    }
}
