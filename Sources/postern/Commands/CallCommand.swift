import ArgumentParser
import Postern
import PosternPrograms

/// The command `postern call`, which calls a method and prints its result.
struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call",
        abstract: "Calls a method and prints its result as JSON.",
        discussion: """
            Arguments are JSON values in order, or name=value pairs; other text is a string. A stream is \
            printed line by line until it ends. An argument that begins with a dash goes behind --.

            Examples:
              postern call ws://127.0.0.1:8080/rpc calculator.add 2 3
              postern call unix:/run/app.sock calculator.divide a=1 b=4
              postern call ws://127.0.0.1:8080/rpc clock.ticks interval=0.5 --count 3
            """
    )

    @OptionGroup var remote: RemoteOptions

    @Argument(help: "The method, as in calculator.add or calculator/add.")
    var method: String

    @Argument(help: "JSON values in order, or name=value pairs.")
    var arguments: [String] = []

    @OptionGroup var limit: CountOption

    // Parsed here too, so that invalid arguments are a usage error before a connection is opened.
    func validate() throws { _ = try Arguments(arguments) }

    func run() async throws {
        let request = RemoteRequest(method, try Arguments(arguments), timeout: remote.duration)
        var printer = ValuePrinter(limit: limit.wanted)
        try await remote.perform(request) { printer.print($0) }
    }
}
