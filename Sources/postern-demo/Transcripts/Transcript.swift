import Postern
import PosternNIO

/// The transcripts of RPyC's tutorial, one after another, over connections of their own.
struct Transcript {
    typealias Print = @Sendable (_ line: String) -> Void

    private let print: Print

    /// Takes what prints a line, on any thread.
    init(print: @escaping Print) { self.print = print }

    /// Runs all of them.
    func run() async throws {
        let server = try await TutorialServer.start(TutorialServices.router(), name: "server")
        let peer = try await server.connect()
        let calls = CallTranscript(peer: peer, print: print)
        try await calls.sleep()
        try await calls.int()
        try await calls.intOfNoNumber()
        try await calls.intThroughAMiddle()
        try await calls.timedSleep()
        try await EventTranscript(peer: peer, print: print).run()
        try await ManualTranscript(peer: try await server.connect(serving: .manual), print: print).run()
        peer.close()
        await server.stop()
    }
}

/// A server in this process that others reach over TCP.
struct TutorialServer {
    private let server: NativeServer
    private let address: Address

    /// Begins to listen at a port that the system chooses.
    static func start(_ router: Router, name: String) async throws(CallError) -> TutorialServer {
        var options = ConnectionOptions()
        options.name = name
        options.sendsTraces = true
        let server = NativeServer(router, options: options)
        return TutorialServer(server: server, address: try await server.start(at: .tcp(host: "127.0.0.1", port: 0)))
    }

    /// Opens a connection.
    func connect(serving: ServingMode = .automatic) async throws(CallError) -> Peer {
        var options = ConnectionOptions()
        options.serving = serving
        return try await NativeClient.connect(to: address, options: options)
    }

    func stop() async { await server.stop() }
}
