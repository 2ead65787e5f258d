import FoundationEssentials
import Postern
import Synchronization

/// The service `chat`, an example of a topic: a room whose messages are published to all subscribers.
final class Chat: Sendable {
    private static let keptMessages = 1000
    private static let maximumTextBytes = 2000
    private static let maximumNameBytes = 100

    private let room: Topic
    private let messages = Mutex<[ChatMessage]>([])

    /// Registers the service and the topic `chat/room`.
    static func register(in router: Router) {
        let chat = Chat(in: router)
        let service = router.service("chat", documentation: "One room for all clients")
        service.register(
            "say",
            Parameter<String>("author", "The name of the sender, at most 100 bytes"),
            Parameter<String>("text", "What is said, at most 2000 bytes"),
            options: MethodOptions(documentation: "Says something in chat/room", execution: .onEventLoop)
        ) { (author: String, text: String) throws -> ChatMessage in try chat.say(text, by: author) }
        service.register(
            "history",
            Parameter("limit", "How many messages at most, 0 to 1000", default: 50),
            options: MethodOptions(documentation: "The last messages, oldest first", isSafe: true)
        ) { (limit: Int) in chat.last(limit) }
    }

    private init(in router: Router) {
        room = router.topic(
            "chat/room",
            of: ChatMessage.self,
            documentation: "What is said in the room",
            history: TopicHistory.Limits(events: Self.keptMessages, age: .seconds(24 * 3600))
        )
    }

    private func say(_ text: String, by author: String) throws -> ChatMessage {
        try Self.check("author", author, maximumBytes: Self.maximumNameBytes)
        try Self.check("text", text, maximumBytes: Self.maximumTextBytes)
        let message = ChatMessage(author: author, text: text, at: Timestamp(Date.now).rfc3339)
        // Published under the lock, so that the order of events is the order of the history.
        try messages.withLock { messages in
            try room.publish(message)
            messages.append(message)
            if messages.count > Self.keptMessages { messages.removeFirst() }
        }
        return message
    }

    private func last(_ limit: Int) -> [ChatMessage] { messages.withLock { Array($0.suffix(max(0, limit))) } }

    private static func check(_ name: String, _ text: String, maximumBytes: Int) throws(CallError) {
        guard text.utf8.count <= maximumBytes else {
            throw CallError(.invalidParameters, "Parameter \(name) is longer than \(maximumBytes) bytes", executed: .no)
        }
    }
}

/// A message of the chat.
struct ChatMessage: Codable, Hashable, Sendable {
    let author: String
    let text: String
    /// The time of the message, in RFC 3339.
    let at: String
}
