import ArgumentParser
import Postern
import PosternGateway
import ServiceLifecycle
import UnixSignals

// A command prints an error at the start, such as a port that is in use, as one sentence, and exits with 1.
@main
struct Greeter: AsyncParsableCommand {
    func run() async throws {
        let router = Router()
        let greeter = router.service("greeter", documentation: "Says hello")
        greeter.register("greet", "name") { (name: String) in "Hello, \(name)!" }

        var configuration = GatewayConfiguration()
        // A container is reachable from outside only at its own address.
        configuration.server.host = "0.0.0.0"
        let gateway = try await Gateway(configuration, dispatcher: router)
        try await ServiceGroup(services: [gateway], gracefulShutdownSignals: [.sigterm, .sigint]).run()
    }
}
