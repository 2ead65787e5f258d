import Postern
import PosternPrograms

/// Prints answers: one value for people on a terminal, streams line by line.
struct ValuePrinter {
    private let limit: Int?
    private var printed = 0

    init(limit: Int?) { self.limit = limit }

    /// Prints one value; false when it was the last one wanted, or nobody reads any more.
    mutating func print(_ answer: RemoteAnswer) -> Bool {
        let isPretty = Output.isTerminal && !answer.isStream
        let isRead = Output.line(isPretty ? PrettyJSON.text(answer.value) : PrettyJSON.line(answer.value))
        printed += 1
        return answer.isStream && isRead && printed != limit
    }
}
