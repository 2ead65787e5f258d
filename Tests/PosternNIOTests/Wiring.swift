import PosternTestSupport
import Postern
import PosternNIO

/// The transport between two peers of a test; every service test runs over each.
enum Wiring: CaseIterable, Sendable {
    case memory, tcp, unix
}

/// Two connected peers, and their server.
struct Link: Sendable {
    let client: Peer
    let server: Peer
    private let listener: NativeServer?

    /// The address of the server; `nil` in memory.
    var address: Address? { listener?.address }

    /// Connects two peers, and waits until each has received the hello of the other.
    static func make(
        _ wiring: Wiring,
        serving server: any Dispatcher,
        client: any Dispatcher = NothingExposed(),
        options: ConnectionOptions = .patient,
        clientServing: ServingMode = .automatic
    ) async throws -> Link {
        let link = try await join(wiring, server, client, options, clientServing)
        try await link.client.waitUntilConnected()
        try await link.server.waitUntilConnected()
        return link
    }

    private static func join(
        _ wiring: Wiring,
        _ server: any Dispatcher,
        _ client: any Dispatcher,
        _ options: ConnectionOptions,
        _ clientServing: ServingMode
    ) async throws -> Link {
        guard wiring != .memory else {
            let pair = InProcessTransport.pair(
                client,
                server,
                limits: options.limits,
                name: options.name,
                serving: clientServing,
                sendsTraces: options.sendsTraces
            )
            return Link(client: pair.first, server: pair.second, listener: nil)
        }
        let (accepted, signal) = AsyncStream.makeStream(of: Peer.self)
        let listener = NativeServer(server, options: options) { signal.yield($0) }
        let address = try await listener.start(at: wiring.address)
        var clientOptions = options
        clientOptions.serving = clientServing
        let peer = try await NativeClient.connect(to: address, exposing: client, options: clientOptions)
        guard let other = await accepted.first(where: { _ in true }) else { throw CancellationError() }
        return Link(client: peer, server: other, listener: listener)
    }

    /// Closes both ends, and waits until both have ended.
    func close() async {
        client.close()
        _ = await server.disconnected
        await listener?.stop()
    }
}

extension ConnectionOptions {
    /// Options with long timeouts, for tests that must not depend on the speed of the machine.
    static var patient: ConnectionOptions {
        var options = ConnectionOptions()
        options.limits.callTimeout = .seconds(500)
        (options.connectTimeout, options.frameTimeout) = (.seconds(60), .seconds(60))
        options.handshakeTimeout = .seconds(60)
        options.pingInterval = .seconds(600)
        return options
    }
}

extension Wiring {
    /// A new address, which no other test uses; for TCP a random loopback host, so that the port stays free while
    /// closed.
    var address: Address {
        self == .unix
            ? .unix(path: TemporaryFile.path(ending: ".sock"))
            : .tcp(host: (0..<3).reduce("127") { host, _ in "\(host).\(Int.random(in: 1...254))" }, port: 0)
    }
}
