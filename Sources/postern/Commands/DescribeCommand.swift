import ArgumentParser
import Postern
import PosternPrograms

/// The command `postern describe`, which prints the methods and topics of a server.
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Lists the methods and topics of a server.",
        discussion: """
            Examples:
              postern describe ws://127.0.0.1:8080/rpc
              postern describe unix:/run/app.sock --json
            """
    )

    @OptionGroup var remote: RemoteOptions

    @Flag(inversion: .prefixedNo, help: "Prints the description exactly as the server sends it.")
    var json = Setting.flag("json")

    func run() async throws {
        let request = RemoteRequest("rpc/describe", .positional([]), timeout: remote.duration)
        let printsJSON = json
        try await remote.perform(request) { answer in
            if printsJSON {
                var printer = ValuePrinter(limit: nil)
                return printer.print(answer)
            }
            for line in DescriptionTable(answer.value).lines { Output.line(line) }
            return false
        }
    }
}
