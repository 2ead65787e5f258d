import NIOCore
import NIOPosix
import Postern
import PosternLedger

/// Assembles a peer, its transport and its handlers on a channel.
enum NativeConnection {
    /// Creates the peer of a channel; must be called on the channel's event loop.
    ///
    /// The memory counts against the budget of `memoryAddress`, if it is limited. The loop polls the channel after
    /// output for at most `busyPolling`, or not at all for `.zero`.
    static func install(
        on channel: any Channel,
        as end: ConnectionEnd,
        exposing dispatcher: any Dispatcher,
        options: ConnectionOptions,
        security: ConnectionSecurity,
        memoryAddress: MemoryAddress? = nil,
        busyPolling: Duration = .zero
    ) throws -> Peer {
        // Before the frames: TLS decrypts what the frame handler reads. A failure leaves no peer behind.
        try security.install(on: channel, as: end.role)
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
        let mustAuthenticate = options.authentication != nil || end.medium == .tls
        let mayBeGateway = memoryAddress == nil || mustAuthenticate
        peer.countMemory(in: options.ledger, of: memoryAddress, mayBeGateway: mayBeGateway)
        let executor = EventLoopExecutor.of(channel.eventLoop)
        handler.serve(peer, on: executor, polling: PolledChannel(channel, on: executor, atMost: busyPolling))
        do { try channel.pipeline.syncOperations.addHandler(handler) } catch {
            handler.leave()
            throw error
        }
        return peer
    }

    /// Sets the options of every native channel: small frames are sent without delay.
    static func configure(_ bootstrap: ClientBootstrap, for address: Address) -> ClientBootstrap {
        if case .unix = address { return bootstrap }
        return bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
    }
}
