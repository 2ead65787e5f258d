internal import Postern

/// A batch whose responses are being collected.
///
/// The responses are written into pieces, each of which ends with the response that makes it large. In a single array
/// they would be copied whenever it grows.
struct Batch {
    /// The piece to which the next response is appended; responses are in the order in which the calls ended.
    var text: [UInt8] = []
    /// The pieces before `text`.
    private var earlier: [[UInt8]] = []
    private var earlierCount = 0
    private var earlierCapacity = 0
    /// The number of bytes that the account of the client has been charged for the responses.
    var chargedBytes = 0
    /// The place of each entry's response; empty for an entry without one.
    var answers: [Place] = []
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

    /// The place of a response.
    struct Place {
        /// The index of its piece.
        fileprivate let piece: Int
        fileprivate let range: Range<Int>
    }

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

    /// Returns the place of the response that begins at an offset of `text`, and ends the piece if it is large.
    mutating func place(from start: Int) -> Place {
        let place = Place(piece: earlier.count, range: start..<text.count)
        if text.count > Self.pieceBytes {
            earlierCount += text.count
            earlierCapacity += text.capacity
            earlier.append(exchange(&text, with: []))
        }
        return place
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
        for answer in answers where !answer.range.isEmpty {
            output.append(separator)
            let piece = answer.piece == earlier.count ? text : earlier[answer.piece]
            output.append(copying: piece.span.extracting(answer.range))
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
