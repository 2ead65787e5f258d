import ArgumentParser
import Postern
import PosternPrograms

/// The command `postern describe`, which prints the methods and topics of a server, or one of them in full.
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Lists the methods and topics of a server, or describes one of them.",
        discussion: """
            With the name of a method or topic, prints its documentation, its parameters with their types and \
            defaults, its result, its errors, and the types that they refer to.

            Examples:
              postern describe ws://127.0.0.1:8080/rpc
              postern describe ws://127.0.0.1:8080/rpc calculator.add
              postern describe unix:/run/app.sock chat.room
              postern describe unix:/run/app.sock --json
            """
    )

    @OptionGroup var remote: RemoteOptions

    @Argument(help: "A method or a topic, as in calculator.add; all are listed without it.", completion: Completion.all)
    var name: String?

    @Flag(
        inversion: .prefixedNo,
        help: """
            Prints the description exactly as the server sends it; of a method or topic, its OpenRPC description with \
            the schemas that it refers to. An error is an object with the member error.
            """
    )
    var json = Setting.flag("json")

    func run() async throws {
        let request = RemoteRequest(discovery, .positional([]), timeout: remote.connection.duration)
        let found = name.map { MethodSearch(for: $0, isJSON: json) }
        let lines: AnswerPrinter.Rendering
        switch found {
        case let found?: lines = found.lines
        case nil where json: lines = { [Output.isTerminal ? PrettyJSON.text($0) : PrettyJSON.line($0)] }
        case nil: lines = { DescriptionTable($0).lines }
        }
        let printer = AnswerPrinter(AnswerStyle(isJSON: json, hasBareResult: true), result: lines)
        try await remote.perform(request, printer: printer)
        guard let found, !found.isFound, let name else { return }
        throw ExitCode(report(missing: name, printer))
    }

    /// Prints that the server has no method or topic of a name, and returns the exit code.
    private func report(missing name: String, _ printer: AnswerPrinter) -> Int32 {
        let text = "The server has no method or topic \(name)"
        if json { return printer.printError(RemoteError(CallError(.methodNotFound, text, executed: .no))) }
        Output.error("\(Printable.text(text)); postern describe lists them")
        return ProgramExit.failure
    }

    /// The built-in method with the description: an OpenRPC document where one method is described, if there is one.
    private var discovery: String {
        if name != nil, case .web = remote.server { return "rpc/discover" }
        return "rpc/describe"
    }
}
