#if TLS
import NIOCore
import NIOPosix

/// A client that connects and sends nothing.
struct RawClient: Sendable {
    private let channel: any Channel

    init(host: String, port: Int) async throws {
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(
            host: host,
            port: port
        )
        .get()
    }

    func close() { channel.close(promise: nil) }
}
#endif
