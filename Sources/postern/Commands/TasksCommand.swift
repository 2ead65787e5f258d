import ArgumentParser
import Postern
import PosternPrograms

/// The command `postern tasks`, which prints the task processes of a server or their events.
struct TasksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks",
        abstract: "Shows the task processes of a server as a tree.",
        discussion: """
            Each task is indented below the one that spawned it: its identifier, its state (wait, work, done, stop, fail), \
            how far it is, and its result or failure. --watch prints what happens instead, one event a line, behind what \
            is known: new states, progress, and what the tasks write.

            Examples:
              postern tasks
              postern tasks ws://127.0.0.1:8080/rpc --watch
              postern tasks unix:/run/app.sock --watch --count 10
            """
    )

    @Argument(
        help: "The server, as for call; ws://127.0.0.1:8080/rpc unless it is given.",
        transform: Endpoint.init(reading:)
    )
    var server: Endpoint?

    @OptionGroup var connection: ConnectionArguments

    @Flag(inversion: .prefixedNo, help: "Prints what happens to tasks, and what they write, until it is ended.")
    var watch = Setting.flag("watch")

    @OptionGroup var answer: AnswerOptions

    func validate() throws { try connection.check(for: server ?? .usual) }

    func run() async throws {
        let method = watch ? "tasks/watch" : "tasks/list"
        let request = RemoteRequest(method, .positional([]), timeout: connection.duration)
        let printer = AnswerPrinter(answer.style, limit: answer.limit.wanted) {
            TaskTable($0).lines
        } item: {
            [TaskLine($0).text]
        }
        let server = server ?? .usual
        try await connection.perform(request, at: watch ? server.withEvents : server, printer: printer)
    }
}
