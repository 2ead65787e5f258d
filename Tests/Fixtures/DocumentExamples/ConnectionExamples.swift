import Logging
import Postern
import PosternAuth
import PosternLogging
import PosternNIO
import ServiceLifecycle

/// The Swift of the articles about connections, and of the client in `README.md`.
func connectionExamples() async throws {
    let peer = try await Peer.connect(to: "unix:/run/app.sock")
    let sum: Double = try await peer.call("calculator/add", 2.0, 3.0, timeout: .seconds(1))
    let product: Double = try await peer.remote.calculator.multiply(2.0, b: sum)
    let later: PendingCall<Double> = peer.begin("calculator/divide", product, 4.0, expiry: .seconds(1))
    later.onReady { call in print(call, try await call.value) }
    peer.onDisconnect { reason in print(reason.message) }
    let lasting = try ReconnectingPeer.connect(to: "tcp://127.0.0.1:9000")
    for await signal in lasting.signals { print(signal) }
}

func readmeClient() async throws {
    let peer = try await Peer.connect(to: "unix:/tmp/calculator.sock")
    let sum: Double = try await peer.call("calculator/add", 2.0, 3.0)
    print(sum)
}

func inMemory() async throws {
    let router = Router()
    let calculator = router.service("calculator", documentation: "Arithmetic on numbers")
    calculator.register("add", "a", "b") { (a: Int, b: Int) in a + b }

    let (client, server) = InProcessTransport.pair(NothingExposed(), router)
    let sum: Int = try await client.call("calculator/add", 2, 3)
    await server.drain()
    print(sum)
}

func overAUnixSocket() async throws {
    let router = Router()
    router.service("calculator").register("add", "a", "b") { (a: Int, b: Int) in a + b }

    let server = try await NativeServer.listen(on: "unix:/tmp/calculator.sock", serving: router)
    let peer = try await Peer.connect(to: "unix:/tmp/calculator.sock")
    let sum: Int = try await peer.call("calculator/add", 2, 3)
    await server.drain()
    print(sum)
}

func sidecar(_ router: Router) async throws {
    let server = try await NativeServer.listen(on: "unix:/run/app.sock", serving: router)
    try? await gracefulShutdown()
    await server.drain()
}

func secretExamples(_ router: Router) async throws {
    let secret = try SharedSecret(file: "/run/secrets/postern")
    let server = try await NativeServer.listen(on: "tcp://0.0.0.0:9000", serving: router, secret: secret)
    let peer = try await Peer.connect(to: "tcp://services.example:9000", secret: secret)
    _ = (server, peer)
}

func loggingExample() {
    var options = ConnectionOptions()
    options.observer = IncidentLog(Logger(label: "services"))
}
