import ArgumentParser
import Postern
import PosternPrograms

/// The command `postern watch`, which prints the events of a topic.
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

    @OptionGroup var limit: CountOption

    func run() async throws {
        let topic = Value.string(topic.replacing(".", with: "/"))
        let arguments = Arguments.named([Value.Member("topic", topic)])
        var printer = ValuePrinter(limit: limit.wanted)
        try await remote.perform(RemoteRequest("rpc/subscribe", arguments, timeout: remote.duration)) {
            printer.print($0)
        }
    }
}
