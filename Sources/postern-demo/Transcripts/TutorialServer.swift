import Postern
import PosternNIO

/// A server in this process for clients over TCP.
struct TutorialServer {
    private let server: NativeServer
    private let address: Address

    /// Starts a server on a port that the system chooses.
    static func start(_ router: Router, name: String) async throws(CallError) -> TutorialServer {
        var options = ConnectionOptions()
        options.name = name
        options.sendsTraces = true
        let server = NativeServer(router, options: options)
        return TutorialServer(server: server, address: try await server.start(at: .tcp(host: "127.0.0.1", port: 0)))
    }

    /// Opens a connection to the server.
    func connect(serving: ServingMode = .automatic) async throws(CallError) -> Peer {
        var options = ConnectionOptions()
        options.serving = serving
        return try await NativeClient.connect(to: address, options: options)
    }

    func stop() async { await server.stop() }
}
