import LibWebSockets
import Postern
import PosternAdmission
import PosternGateway
import PosternJSONRPC
import PosternTasks
import ServiceLifecycle
import UnixSignals

/// The Swift of the articles about gateways and tasks.
func gatewayExample() async throws {
    let router = Router()
    router.service("greeter").register("greet", "name") { (name: String) in "Hello, \(name)!" }

    let gateway = try await Gateway(GatewayConfiguration(), dispatcher: router)
    try await ServiceGroup(services: [gateway], gracefulShutdownSignals: [.sigterm, .sigint]).run()
}

func openedGateway() throws {
    var configuration = GatewayConfiguration()
    configuration.server.host = "0.0.0.0"
    configuration.origins.hosts = [try HostPattern("api.example")]
    configuration.origins.origins = [try OriginPattern("https://app.example")]
}

func limitedGateway() -> GatewayConfiguration {
    var configuration = GatewayConfiguration()
    configuration.webSocket.maximumMessageBytes = 4 << 20
    configuration.messages.callsInFlight = 32
    configuration.server.http.head.maximumBytes = 16 << 10
    return configuration
}

func limitedAddresses() {
    var configuration = GatewayConfiguration()
    configuration.server.addresses.connectionsPerAddress = 100
    configuration.server.addresses.trustedProxies = ["10.0.0.5", "fd00:1::/64"].compactMap(TrustedProxy.init)
}

struct Count: ChildTask {
    var limit = 10

    func run(in task: TaskContext) async throws -> Int { (1...limit).reduce(0, +) }
}

func tasks() async throws {
    await TaskProgram.runIfChild(Count.self)
    let host = TaskHost()
    print(try await host.spawn(Count()).result)
    await host.end()
}

struct RpcChild: TaskDefinition {
    typealias Output = NoResult
    var command: TaskCommand { .program("python3", ["rpc_child.py"]) }
}
