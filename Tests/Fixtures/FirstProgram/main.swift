// The first program of the `README.md`, so that it is compiled and run; a test compares both, line by line.
import Postern
import PosternGateway
import ServiceLifecycle
import UnixSignals

let router = Router()
let calculator = router.service("calculator", documentation: "Arithmetic on numbers")
calculator.register("add", "a", "b", options: .init(isSafe: true, execution: .onEventLoop)) {
    (a: Double, b: Double) in a + b
}
let gateway = try await Gateway(GatewayConfiguration(), dispatcher: router)
try await ServiceGroup(services: [gateway], gracefulShutdownSignals: [.sigterm, .sigint]).run()
