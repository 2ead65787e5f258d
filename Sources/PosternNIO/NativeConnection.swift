import NIOCore
import NIOPosix
import Postern

/// Puts a peer onto a channel.
enum NativeConnection {
    /// Makes the peer of a channel; runs on the channel's event loop.
    static func install(
        on channel: any Channel,
        exposing dispatcher: any Dispatcher,
        options: ConnectionOptions
    ) throws -> Peer {
        let handler = FrameHandler(options: options)
        let peer = Peer(
            transport: ChannelTransport(handler, on: channel),
            exposing: dispatcher,
            limits: options.limits,
            name: options.name,
            serving: options.serving
        )
        handler.serve(peer)
        try channel.pipeline.syncOperations.addHandler(handler)
        return peer
    }

    /// Options that every native channel has.
    static func configure(_ bootstrap: ClientBootstrap, for address: Address) -> ClientBootstrap {
        guard case .tcp = address else { return bootstrap }
        return bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
    }
}
