import NIOCore
import NIOPosix
import Postern
@testable import PosternNIO
import Testing

struct ClosedChannelTests {
    @Test("A channel that closed before its handlers were added keeps no peer")
    func aClosedChannelKeepsNoPeer() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let listener = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(listener.localAddress)
        let channel = try await ClientBootstrap(group: group).connect(to: address).get()
        try await channel.close()
        // The pipeline is emptied in a turn of its own, after the channel has closed.
        try await channel.eventLoop.submit {}.get()
        let options = ConnectionOptions()
        let isFreed = try await channel.eventLoop.submit {
            weak var kept: Router?
            do {
                let router = Router()
                kept = router
                #expect(throws: ChannelError.ioOnClosedChannel) {
                    try NativeConnection.install(
                        on: channel,
                        as: ConnectionEnd(.initiator, over: .tcp),
                        exposing: router,
                        options: options,
                        security: try options.security(.initiator, at: .tcp(host: "127.0.0.1", port: 1))
                    )
                }
            }
            return kept == nil
        }.get()
        #expect(isFreed)
        try await listener.close()
    }
}
