import NIOCore
import NIOPosix
import Postern
import PosternNIO
import SystemPackage

/// A single health request to a gateway.
struct HealthProbe {
    private typealias Bytes = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    let target: HealthTarget
    /// The time for the connection and the answer together.
    let timeout: Duration
    /// The TLS of the connection; `nil` for none.
    var security: HealthSecurity?

    /// Connects, sends the request, and reads the answer to its end.
    ///
    /// - Returns: The answer.
    /// - Throws: `CallError` when the connection cannot be established.
    func ask() async throws(CallError) -> HealthAnswer {
        let limit = ContinuousClock.now.later(by: timeout)
        let connection = try await connect(until: limit)
        // The time that the connection has taken is not available for the answer.
        let left = TimeAmount(limit - .now)
        // Closing the channel ends the loop below, whatever it waits for.
        let timer = connection.channel.eventLoop.scheduleTask(in: left) { connection.channel.close(promise: nil) }
        defer { timer.cancel() }
        var answer: [UInt8] = []
        // An error of the connection ends the answer; the bytes before it may still be complete.
        try? await connection.executeThenClose { input, output in
            try await output.write(ByteBuffer(string: request))
            for try await piece in input {
                answer += piece.readableBytesView
                if answer.count >= HealthAnswer.maximumBytes { return }
            }
        }
        if answer.isEmpty, let fault = security?.fault() {
            throw CallError(.unavailable, "Cannot connect to \(target.authority): \(fault)", ran: .no)
        }
        return HealthAnswer(answer)
    }

    private var request: String {
        "GET \(target.path) HTTP/1.1\r\nHost: \(target.authority)\r\nConnection: close\r\n\r\n"
    }

    private func connect(until limit: ContinuousClock.Instant) async throws(CallError) -> Bytes {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(timeout.clamped))
        let (security, host) = (security, target.host)
        let wrap: @Sendable (any Channel) -> EventLoopFuture<Bytes> = { channel in
            channel.eventLoop.makeCompletedFuture {
                try security?.install(channel, host)
                return try Bytes(wrappingChannelSynchronously: channel)
            }
        }
        do {
            switch target.address {
            case .tcp(let host, let port), .tls(let host, let port):
                return try await bootstrap.connect(host: host, port: port, channelInitializer: wrap)
            case .unix(let path):
                let socket = try await UnixConnection.connect(to: path, until: limit)
                return try await bootstrap.withConnectedSocket(socket.rawValue, channelInitializer: wrap)
            }
        } catch let error as CallError {
            // `UnixConnection` already throws an error with a message for users.
            throw error
        } catch {
            throw CallError(
                .unavailable,
                "Cannot connect to \(target.authority): \(ConnectFault.reason(error))",
                ran: .no
            )
        }
    }
}
