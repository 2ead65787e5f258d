internal import Postern

/// A batch whose answers are being collected.
struct Batch {
    /// Answers, in the order in which they came.
    var text: [UInt8] = []
    /// Where in the text each entry's answer stands; empty for none.
    var answers: [Range<Int>] = []
    /// Calls that were begun, and whose answers are missing.
    var unansweredCount = 0
    var runningCount = 0
    /// Calls that wait for their turn.
    var waiting = TicketQueue()
    /// What may be done only after the answers have left.
    var deferredActions: [JSONRPCSession.Action] = []
    /// Subscriptions whose events may leave only after the answers.
    var heldSubscriptions: [SubscriptionTicket] = []
    /// Whether the answers have reached their limit.
    var isFull = false
    var isRead = false
    var isAnswered = false

    /// Whether the answers can leave.
    var isComplete: Bool { isRead && unansweredCount == 0 && !isAnswered }

    /// Whether nothing more will happen to it.
    var isOver: Bool { isAnswered && runningCount == 0 && waiting.isEmpty }

    /// Appends the answers in the order of the requests; nothing for a batch without answers.
    ///
    /// - Returns: How many there are.
    mutating func append(to output: inout [UInt8]) -> Int {
        isAnswered = true
        guard !text.isEmpty else { return 0 }
        var count = 0
        output.reserveCapacity(output.count + text.count + answers.count + 2)
        var separator = Byte.openBracket
        for answer in answers where !answer.isEmpty {
            output.append(separator)
            output.append(copying: text.span.extracting(answer))
            separator = Byte.comma
            count += 1
        }
        output.append(Byte.closeBracket)
        text = []
        return count
    }
}

/// Tickets in the order in which they came.
struct TicketQueue {
    private var tickets: [CallTicket] = []
    private var next = 0

    var isEmpty: Bool { next == tickets.count }

    mutating func append(_ ticket: CallTicket) { tickets.append(ticket) }

    mutating func popFirst() -> CallTicket? {
        guard next < tickets.count else { return nil }
        defer { next += 1 }
        return tickets[next]
    }
}
