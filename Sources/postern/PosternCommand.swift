import ArgumentParser
import PosternPrograms

/// The root command of the program `postern`.
@main
struct PosternCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern",
        abstract: "Calls services, watches topics, and opens JSON doors in front of a native server.",
        discussion: """
            Servers are named ws://host:port/rpc or wss:// (JSON-RPC over WebSocket), http:// or https:// (by POST), \
            unix:/path, unix:@name, tcp:host:port or tls:host:port (native). Certificates are always checked.
            Options can also be given in the environment, --timeout as POSTERN_TIMEOUT; the command line wins. \
            POSTERN_HEADER holds one field a line; --data and --progress have no variable.

            Exit codes: 0 success, 1 the call failed or the gateway is not ready, 64 wrong usage, 69 no connection, \
            74 the output cannot be written, 124 the time was over, 130 and 143 after SIGINT and SIGTERM, 141 the \
            reader of the output has closed it.

            Examples:
              postern describe ws://127.0.0.1:8080/rpc
              postern call ws://127.0.0.1:8080/rpc calculator.add 2 3
              postern --generate-completion-script bash
            """,
        version: ProgramVersion.line(of: "postern"),
        subcommands: [
            CallCommand.self, WatchCommand.self, DescribeCommand.self, TasksCommand.self, GatewayCommand.self,
            HealthCheckCommand.self,
        ]
    )

    static func main() async {
        await ProgramExit.run(Self.self) {
            guard Completion.isScriptRequested(by: CommandLine.arguments) else { return false }
            Output.line(Completion.bashScript(completionScript(for: .bash)))
            return true
        }
    }
}
