import ArgumentParser
import Postern
import PosternPrograms

/// `postern watch`.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Prints the events of a topic, one JSON value a line.",
        discussion: """
            Examples:
              postern watch ws://127.0.0.1:8080/rpc chat.room
              postern watch unix:/run/app.sock chat/room --count 1
            """
    )

    @OptionGroup var remote: RemoteOptions

    @Argument(help: "The topic, as in chat.room or chat/room.")
    var topic: String

    @Option(help: "Ends after this many events.")
    var count = Setting.optional("count", as: Int.self)

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count must be at least 1") }
    }

    func run() async throws {
        let topic = Value.string(topic.replacing(".", with: "/"))
        let arguments = Arguments.named([Value.Member("topic", topic)])
        var printer = ValuePrinter(limit: count)
        try await remote.perform(RemoteRequest("rpc/subscribe", arguments, timeout: remote.duration)) {
            printer.print($0)
        }
    }
}
