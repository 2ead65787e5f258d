import Postern
import PosternGateway
import ServiceLifecycle
import UnixSignals

let router = Router()
router.service("greeter", documentation: "Says hello").register("greet", "name") { (name: String) in "Hello, \(name)!" }

var configuration = GatewayConfiguration()
// A container is reachable from outside only at its own address.
configuration.server.host = "0.0.0.0"
let gateway = try await Gateway(configuration, dispatcher: router)
try await ServiceGroup(services: [gateway], gracefulShutdownSignals: [.sigterm, .sigint]).run()
