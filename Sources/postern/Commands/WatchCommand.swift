import ArgumentParser
import Postern
import PosternPrograms

/// The command `postern watch`, which prints the events of a topic.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Prints the events of a topic, one JSON value a line.",
        discussion: """
            An http: or https: URL stands for the WebSocket at the same address. Ends after SIGINT, when the connection \
            is lost, or after --count events. Events that were lost are reported on standard error.

            Examples:
              postern watch ws://127.0.0.1:8080/rpc chat.room
              postern watch unix:/run/app.sock chat/room --count 1
            """
    )

    @OptionGroup var remote: RemoteOptions

    @Argument(help: "The topic, as in chat.room or chat/room.", completion: Completion.topics)
    var topic: String

    @OptionGroup var answer: AnswerOptions

    func run() async throws {
        let topic = Value.string(topic.replacing(".", with: "/"))
        let arguments = Arguments.named([Value.Member("topic", topic)])
        let request = RemoteRequest("rpc/subscribe", arguments, timeout: remote.connection.duration)
        let printer = AnswerPrinter(answer.style, limit: answer.limit.wanted)
        try await remote.connection.perform(request, at: remote.server.withEvents, printer: printer)
    }
}
