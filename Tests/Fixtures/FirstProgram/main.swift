// The first program of `README.md`, which is compiled and run here; a test compares both, line by line.
import Postern
import PosternGateway
import PosternNIO
import ServiceLifecycle
import UnixSignals

let router = Router()
let calculator = router.service("calculator", documentation: "Arithmetic on numbers")
calculator.register("add", "a", "b", options: .init(isSafe: true, execution: .onEventLoop)) {
    (a: Double, b: Double) in a + b
}

var configuration = GatewayConfiguration()
configuration.files = try StaticFiles(folder: "public")
let gateway = try await Gateway(configuration, dispatcher: router)
let server = try await NativeServer.listen(on: "unix:/tmp/calculator.sock", serving: router)
try await ServiceGroup(services: [gateway], gracefulShutdownSignals: [.sigterm, .sigint]).run()
await server.drain()
