import ArgumentParser
import Postern
import PosternPrograms

/// The command `postern call`, which calls a method and prints its result.
struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call",
        abstract: "Calls a method and prints its result as JSON.",
        discussion: """
            Arguments are JSON values in order, or name=value pairs; other text is a string. Text such \
            as a=b is quoted twice: '"a=b"'. The value - is read from \
            standard input and @file from a file; as the only argument, or with --data, it is an array or object with \
            all arguments. An argument that begins with a dash goes behind --.

            A stream is printed line by line until it ends. http: and https: URLs call by POST, which carries neither \
            streams nor progress. An error is printed on standard error, with what the server says about it.

            Examples:
              postern call ws://127.0.0.1:8080/rpc calculator.add 2 3
              postern call unix:/run/app.sock calculator.divide a=1 b=4
              postern call http://127.0.0.1:8080/rpc calculator.add --data '{"a":2,"b":3}'
              echo '[2,3]' | postern call ws://127.0.0.1:8080/rpc calculator.add -
              postern call ws://127.0.0.1:8080/rpc clock.ticks interval=0.5 --count 3
              postern call ws://127.0.0.1:8080/rpc jobs.run 3 10 --progress --json
            """
    )

    @OptionGroup var remote: RemoteOptions

    @Argument(help: "The method, as in calculator.add or calculator/add.", completion: Completion.methods)
    var method: String

    @Argument(help: "JSON values in order, or name=value pairs.")
    var arguments: [String] = []

    @Option(help: "All arguments as a JSON array or object, @file with them, or - for standard input.")
    var data: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Prints the progress of the call on standard error; otherwise only if that is a terminal."
    )
    var progress: Bool?

    @OptionGroup var answer: AnswerOptions

    // Parsed here too, so that invalid arguments are a usage error before anything is read or opened.
    func validate() throws { _ = try source() }

    func run() async throws {
        var request = RemoteRequest(method, try source().read(), timeout: remote.connection.duration)
        request.wantsProgress = progress ?? (Output.isErrorTerminal && !answer.json)
        let words = arguments
        let printer = AnswerPrinter(
            answer.style,
            limit: answer.limit.wanted,
            hint: { CallHint.sentence(for: $0, words: words) }
        )
        try await remote.perform(request, printer: printer)
    }

    private func source() throws -> CommandArguments {
        guard let data else { return try CommandArguments(words: arguments) }
        guard arguments.isEmpty else { throw ValidationError("--data replaces all other arguments") }
        return try CommandArguments(data: data)
    }
}
