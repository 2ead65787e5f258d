import Postern
import PosternNIO

/// The Swift of the `README.md`, so that it is compiled; a test compares both, line by line.
enum ReadmeExample {
    static func nativeServer(of router: Router) async throws {
        try await NativeServer(router).run(at: .unix(path: "/run/app.sock"))
    }

    static func nativeClient() async throws -> Double {
        let peer = try await Peer.connect(to: "unix:/run/app.sock")
        let sum: Double = try await peer.call("calculator/add", 2.0, 3.0, timeout: .seconds(1))
        let product: Double = try await peer.remote.calculator.multiply(2.0, b: sum)
        let later: PendingCall<Double> = peer.begin("calculator/divide", product, 4.0, expiry: .seconds(1))
        later.onReady { call in print(call, try await call.value) }
        peer.onDisconnect { reason in print(reason.message) }
        let lasting = try ReconnectingPeer.connect(to: "tcp://127.0.0.1:9000")
        for await signal in lasting.signals { print(signal) }
        return sum
    }
}
