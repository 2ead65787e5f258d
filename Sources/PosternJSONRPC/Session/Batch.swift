internal import Postern
internal import PosternQueues

/// A batch whose responses are being collected.
///
/// The responses are written into pieces, each of which ends with the response that makes it large. In a single array
/// they would be copied whenever it grows. Each is followed by a comma, so that the pieces are the response of the whole
/// batch, but for its brackets, when the calls have ended in the order of the requests.
struct Batch {
    /// The piece to which the next response is appended; responses are in the order in which the calls ended.
    var text: [UInt8] = []
    /// The pieces before `text`, with the offset of each in all responses.
    private var earlier: [(start: Int, text: [UInt8])] = []
    private var earlierCount = 0
    private var earlierCapacity = 0
    /// The number of bytes that the account of the client has been charged for the responses.
    var chargedBytes = 0
    /// The range of each entry's response in all responses, without its comma; empty for an entry without one.
    var answers: [Range<Int>] = []
    /// The number of calls that were accepted and have no response yet.
    var unansweredCount = 0
    /// The number of calls that run.
    var runningCount = 0
    /// The calls that wait until fewer of the batch run.
    var waiting = Queue<CallTicket>()
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

    /// The number of bytes that a short response has.
    private static let shortBytes = 48

    /// Creates a batch without responses, with memory for short ones to a number of entries.
    init(entries: Int = 0) {
        answers.reserveCapacity(entries)
        text.reserveCapacity(min(entries * Self.shortBytes, ResponseWriter.largeBytes))
    }

    /// The number of bytes of all responses, with their commas.
    var byteCount: Int { earlierCount + text.count }

    /// The number of bytes that the responses occupy: an array that grows has up to twice what its elements need.
    var capacity: Int { earlierCapacity + text.capacity }

    /// Whether the response of the whole batch can be written.
    var isComplete: Bool { isRead && unansweredCount == 0 && !isAnswered }

    /// Whether the batch is answered and no call of it runs or waits.
    var isOver: Bool { isAnswered && runningCount == 0 && waiting.isEmpty }

    /// Whether the responses are in more than one piece.
    var isInPieces: Bool { !earlier.isEmpty }

    /// Returns the offset of `text` at which the next response begins.
    mutating func begin() -> Int {
        // Responses as short as those before fill a piece again, and an array that grows is copied several times.
        if text.isEmpty, isInPieces { text.reserveCapacity(ResponseWriter.largeBytes / 4 * 5) }
        return text.count
    }

    /// Returns the range of the response that begins at an offset of `text`, and ends the piece if it is large.
    mutating func place(from start: Int) -> Range<Int> {
        let place = earlierCount + start..<byteCount
        guard !place.isEmpty else { return place }
        text.append(Byte.comma)
        if text.count > ResponseWriter.largeBytes { endPiece() }
        return place
    }

    @inline(never)
    private mutating func endPiece() {
        earlierCapacity += text.capacity
        earlier.append((earlierCount, text))
        earlierCount += text.count
        text = []
    }

    /// Takes over the responses of another batch.
    mutating func takeResponses(of other: consuming Batch) {
        (text, earlier, answers) = (other.text, other.earlier, other.answers)
        (earlierCount, earlierCapacity) = (other.earlierCount, other.earlierCapacity)
        chargedBytes = other.chargedBytes
    }

    /// Removes the responses, which are in one piece, and appends the response of the whole batch.
    mutating func take(into output: inout [UInt8]) {
        isAnswered = true
        // A batch of notifications has no response at all, not an empty array (JSON-RPC 2.0, section 6).
        guard !text.isEmpty else { return text = [] }
        if !isInOrder { sort() }
        output.append(Byte.openBracket)
        output.append(copying: text.span)
        // In place of the comma behind the last response.
        output[output.count - 1] = Byte.closeBracket
        text = []
    }

    /// Removes the responses, and returns the response of the whole batch in pieces.
    mutating func takePieces() -> [[UInt8]] {
        isAnswered = true
        if !isInOrder { sort() }
        var pieces = [[Byte.openBracket]] + earlier.map(\.text)
        if !text.isEmpty { pieces.append(text) }
        (text, earlier, earlierCount, earlierCapacity) = ([], [], 0, 0)
        let last = pieces.count - 1
        pieces[last][pieces[last].count - 1] = Byte.closeBracket
        return pieces
    }

    /// The number of responses.
    var responseCount: Int { answers.count { !$0.isEmpty } }

    /// Whether the responses are in the order of the requests.
    private var isInOrder: Bool {
        var next = 0
        for answer in answers where !answer.isEmpty {
            guard answer.lowerBound == next else { return false }
            next = answer.upperBound + 1
        }
        return true
    }

    /// Copies the responses into pieces in which they have the order of the requests.
    private mutating func sort() {
        var sorted = Batch()
        for answer in answers where !answer.isEmpty {
            let start = sorted.begin()
            if answer.lowerBound >= earlierCount {
                sorted.append(text, answer, at: earlierCount)
            } else if let piece = earlier.last(where: { $0.start <= answer.lowerBound }) {
                sorted.append(piece.text, answer, at: piece.start)
            }
            _ = sorted.place(from: start)
        }
        (text, earlier, earlierCount) = (sorted.text, sorted.earlier, sorted.earlierCount)
    }

    /// Appends the response that has a range in all responses, from the piece that begins at an offset.
    private mutating func append(_ piece: [UInt8], _ range: Range<Int>, at start: Int) {
        text.append(copying: piece.span.extracting(range.lowerBound - start..<range.upperBound - start))
    }
}
