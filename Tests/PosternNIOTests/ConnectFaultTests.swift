import NIOCore
import NIOPosix
import Postern
import PosternNIO
import SystemPackage
import Testing

@Suite struct ConnectFaultTests {
    @Test func errorsOfSwiftNIOAreClauses() {
        let refused = IOError(errnoCode: Errno.connectionRefused.rawValue, reason: "connection reset (error set)")
        #expect(ConnectFault.reason(refused) == "no server listens there")
        let reset = IOError(errnoCode: Errno.connectionReset.rawValue, reason: "read")
        #expect(ConnectFault.reason(reset) == "the connection was reset")
        #expect(
            ConnectFault.reason(IOError(errnoCode: Errno.noRouteToHost.rawValue, reason: "x")) == "No route to host"
        )
        #expect(ConnectFault.reason(ChannelError.connectTimeout(.seconds(1))) == "no answer in time")
    }

    @Test(arguments: [
        ("tcp:127.0.0.1:1", "Cannot connect to tcp:127.0.0.1:1: no server listens there"),
        ("tcp:no.such.invalid:1", "Cannot connect to tcp:no.such.invalid:1: there is no such host"),
    ])
    func aFailedAttemptIsOneSentence(address: String, message: String) async throws {
        let address = try #require(Address(address))
        let error = await #expect(throws: CallError.self) { try await NativeClient.connect(to: address) }
        #expect(error?.message == message)
    }

    @Test func anHTTPServerIsRecognized() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let answer = ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n")
                    channel.eventLoop.execute { channel.writeAndFlush(answer, promise: nil) }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        defer { server.close(promise: nil) }
        let port = try #require(server.localAddress?.port)
        let peer = try await NativeClient.connect(to: .tcp(host: "127.0.0.1", port: port))
        #expect(await peer.disconnected.message == "The other side speaks HTTP, not the native protocol")
    }
}
