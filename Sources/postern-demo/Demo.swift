import ArgumentParser
import Logging
import Postern
import PosternGateway
import PosternLogging
import PosternNIO
import PosternPrograms
import PosternTasks
import ServiceLifecycle

/// The root command of the program `postern-demo`.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern-demo",
        abstract: "Serves services to try Postern with: bookings, calculator, chat, clock, echo, files, jobs, tasks.",
        discussion: """
            Opens the JSON doors (page, POST, GET, WebSocket, event streams), the native one, or both, and prints a \
            line for each once it is open. The first SIGTERM or SIGINT lets calls in flight end; a second one stops at once.

            Every option can also be given in the environment, --log-level as POSTERN_LOG_LEVEL and --access-log as \
            POSTERN_ACCESS_LOG=1, several values separated by commas; the command line wins.
            The files service looks at any file this program may look at: keep the demo on the loopback address.

            Examples:
              postern-demo --port 8080
              postern-demo --native unix:/tmp/postern.sock --no-gateway
              postern-demo transcripts
            """,
        version: ProgramVersion.line(of: "postern-demo"),
        subcommands: [TranscriptsCommand.self, HealthCommand.self]
    )

    @OptionGroup(title: "Gateway options")
    var gatewayOptions: GatewayOptions

    @OptionGroup(title: "Native options")
    var nativeOptions: NativeOptions

    @Flag(inversion: .prefixedNo, help: "Opens the JSON doors.")
    var gateway = !Setting.flag("no-gateway")

    @Flag(inversion: .prefixedNo, help: "Serves the methods that load generators call too, as the service bench.")
    var bench = Setting.flag("bench")

    @Flag(inversion: .prefixedNo, help: "Spawns child processes for callers of the service tasks.")
    var tasks = !Setting.flag("no-tasks")

    @Flag(inversion: .prefixedNo, help: .hidden)
    var probe = Setting.flag("probe")

    @OptionGroup
    var log: LogOptions

    func validate() throws {
        if !gateway, nativeOptions.address == nil {
            throw ValidationError("\(Setting.named("no-gateway")) needs --native")
        }
        try gatewayOptions.listen.demandSocketFile(orAt: nativeOptions.address)
    }

    func run() async throws {
        let signals = await StopSignals()
        let logger = log.logger("postern-demo")
        // Shared by the doors, so that rpc.status has the incidents of both.
        let incidents = IncidentCounter(IncidentLog(logger))
        let host = tasks ? TaskHost(limit: DemoTasks.limit, observer: incidents) : nil
        if tasks {
            let containment = await TaskHost.containment
            logger.log(
                level: containment.isComplete ? .info : .notice,
                "task processes",
                metadata: ["containment": "\(containment)"]
            )
        }
        let router = DemoServices.makeRouter(offersBench: bench, tasks: host)
        // Services are registered before a door opens, so that no call arrives too early.
        let probe = probe ? Probe(in: router) : nil
        var doors: [any ServiceLifecycle.Service] = host.map { [TaskEnding(host: $0)] } ?? []
        // Created before the gateway opens: from then on the two divide the descriptors.
        let options = try nativeOptions.connectionOptions(gatewayOptions, observer: incidents)
        let native = options.map { NativeServer(router, options: $0) }
        var url: String?
        if gateway {
            var configuration = try gatewayOptions.configuration(defaultFolder: PublicFolder.find())
            configuration.accessLog = log.accessLogger("postern-demo")
            let gateway = try await gatewayOptions.open(
                configuration,
                dispatcher: router,
                logger: logger,
                observer: incidents
            )
            doors.append(gateway)
            url = gatewayOptions.listen.url(port: gateway.port)
        }
        if let native, let address = nativeOptions.address {
            let grace = Duration.seconds(gatewayOptions.drainGrace)
            let configured = gatewayOptions.limits.maxConnections
            let door = try await NativeDoor(native, at: address, grace: grace, configured: configured)
            probe?.watch(door)
            door.logLimits(to: logger)
            doors.append(door)
            Output.announce("native on \(door.address)")
        }
        if let url { Hints.print(url: url) }
        // The doors are stopped at the same time, so that a stop takes no longer than that of the slowest door.
        try await ServiceRun.serve([SimultaneousServices(doors)], until: signals, logger: logger)
    }
}

@main
enum Main {
    static func main() {
        // When this process is a launcher, it must run before any thread is started.
        TaskLauncher.runIfAsked()
        Program.run(Demo.self, preparing: DemoTasks.runIfChild)
    }
}
