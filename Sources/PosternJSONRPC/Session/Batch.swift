internal import Postern

/// A batch whose responses are being collected.
///
/// The responses are written into pieces, each of which ends with the response that makes it large. In a single array
/// they would be copied whenever it grows.
struct Batch {
    /// The piece to which the next response is appended; responses are in the order in which the calls ended.
    var text: [UInt8] = []
    /// The pieces before `text`, with the offset of each in all responses.
    private var earlier: [(start: Int, text: [UInt8])] = []
    private var earlierCount = 0
    private var earlierCapacity = 0
    /// The number of bytes that the account of the client has been charged for the responses.
    var chargedBytes = 0
    /// The range of each entry's response in all responses; empty for an entry without one.
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

    /// The size in bytes above which a piece ends.
    private static let pieceBytes = 64 << 10

    /// The number of bytes of all responses.
    var byteCount: Int { earlierCount + text.count }

    /// The number of bytes that the responses occupy: an array that grows has up to twice what its elements need.
    var capacity: Int { earlierCapacity + text.capacity }

    /// Whether the response of the whole batch can be written.
    var isComplete: Bool { isRead && unansweredCount == 0 && !isAnswered }

    /// Whether the batch is answered and no call of it runs or waits.
    var isOver: Bool { isAnswered && runningCount == 0 && waiting.isEmpty }

    /// Returns the range of the response that begins at an offset of `text`, and ends the piece if it is large.
    mutating func place(from start: Int) -> Range<Int> {
        let place = earlierCount + start..<byteCount
        if text.count > Self.pieceBytes { endPiece() }
        return place
    }

    private mutating func endPiece() {
        earlierCapacity += text.capacity
        earlier.append((earlierCount, text))
        earlierCount += text.count
        text = []
        // Most often further responses follow, and an array that grows is copied several times.
        text.reserveCapacity(Self.pieceBytes / 4 * 5)
    }

    /// Takes over the responses of another batch.
    mutating func takeResponses(of other: Batch) {
        (text, earlier, answers) = (other.text, other.earlier, other.answers)
        (earlierCount, earlierCapacity) = (other.earlierCount, other.earlierCapacity)
        chargedBytes = other.chargedBytes
    }

    /// Appends the responses in the order of the requests, or nothing if there are none.
    ///
    /// - Returns: The number of responses.
    mutating func append(to output: inout [UInt8]) -> Int {
        isAnswered = true
        // A batch of notifications has no response at all, not an empty array (JSON-RPC 2.0, section 6).
        guard byteCount > 0 else { return 0 }
        var count = 0
        output.reserveCapacity(output.count + byteCount + answers.count + 2)
        var separator = Byte.openBracket
        for answer in answers where !answer.isEmpty {
            output.append(separator)
            if answer.lowerBound >= earlierCount {
                let range = answer.lowerBound - earlierCount..<answer.upperBound - earlierCount
                output.append(copying: text.span.extracting(range))
            } else if let piece = earlier.last(where: { $0.start <= answer.lowerBound }) {
                let range = answer.lowerBound - piece.start..<answer.upperBound - piece.start
                output.append(copying: piece.text.span.extracting(range))
            }
            separator = Byte.comma
            count += 1
        }
        output.append(Byte.closeBracket)
        (text, earlier, earlierCount, earlierCapacity) = ([], [], 0, 0)
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
