import ArgumentParser
import PosternPrograms

/// The root command of the program `postern`.
@main
struct PosternCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern",
        abstract: "Calls services, watches topics, and opens JSON doors in front of a native server.",
        discussion: """
            Servers are named ws://host:port/rpc (JSON-RPC over WebSocket), unix:/path, unix:@name, \
            tcp:host:port or tls:host:port (native).
            Every option can also be given in the environment, --timeout as POSTERN_TIMEOUT; the command line wins.

            Exit codes: 0 success, 1 the call failed or the gateway is not ready, 64 wrong usage, 69 no connection, \
            74 the output cannot be written, 141 the reader of the output has closed it.
            """,
        version: ProgramVersion.line(of: "postern"),
        subcommands: [
            CallCommand.self, WatchCommand.self, DescribeCommand.self, TasksCommand.self, GatewayCommand.self,
            HealthCommand.self,
        ]
    )

    static func main() async { await ProgramExit.run(Self.self) }
}
