internal import Postern

/// A batch whose responses are being collected.
struct Batch {
    /// The responses written so far, in the order in which the calls ended.
    var text: [UInt8] = []
    /// The number of bytes that the account of the client has been charged for `text`.
    var chargedBytes = 0
    /// The range of each entry's response in `text`; empty for an entry without one.
    var answers: [Range<Int>] = []
    /// The number of calls that were accepted and have no response yet.
    var unansweredCount = 0
    /// The number of calls that run.
    var runningCount = 0
    /// The calls that wait until fewer of the batch run.
    var waiting = TicketQueue()
    /// Actions to perform after the response of the whole batch is sent.
    var deferredActions: [JSONRPCSession.Action] = []
    /// Subscriptions whose events are held until the response of the whole batch is sent.
    var heldSubscriptions: [SubscriptionTicket] = []
    /// Whether the responses have reached their limit.
    var isFull = false
    /// Whether every entry of the message was read.
    var isRead = false
    /// Whether the response of the whole batch was written.
    var isAnswered = false

    /// Whether the response of the whole batch can be written.
    var isComplete: Bool { isRead && unansweredCount == 0 && !isAnswered }

    /// Whether the batch is answered and no call of it runs or waits.
    var isOver: Bool { isAnswered && runningCount == 0 && waiting.isEmpty }

    /// Appends the responses in the order of the requests, or nothing if there are none.
    ///
    /// - Returns: The number of responses.
    mutating func append(to output: inout [UInt8]) -> Int {
        isAnswered = true
        // A batch of notifications has no response at all, not an empty array (JSON-RPC 2.0, section 6).
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

/// A first-in, first-out queue of tickets, for one batch.
///
/// Tickets that were taken keep their memory until the batch ends, which is at most one per entry.
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
