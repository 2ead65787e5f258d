/// One message between two peers, as `WireProtocol.md` lists them.
///
/// Paths, texts and values are ranges of the bytes that the frame was read from: reading a frame copies nothing.
enum Frame: Hashable, Sendable {
    case hello(Hello)
    case call(CallFrame)
    case reply(id: UInt64, value: Range<Int>)
    case failure(id: UInt64, FailureFrame)
    case cancel(id: UInt64)
    case notify(path: Range<Int>, arguments: Range<Int>)
    case stream(id: UInt64, position: StreamPosition?)
    case item(id: UInt64, offset: UInt64?, value: Range<Int>)
    case end(id: UInt64, FailureFrame?)
    case credit(id: UInt64, items: Int)
    case progress(id: UInt64, value: Range<Int>)
    case ping(UInt64)
    case pong(UInt64)
    case goodbye(code: Int, text: Range<Int>)
    case proof(Range<Int>)
    case release(number: UInt64, count: UInt64)
    case references(ReferenceNumbers)

    /// The number that a frame's array begins with.
    enum Kind: UInt8 {
        case hello, call, reply, failure, cancel, notify, stream, item, end, credit, progress, ping, pong, goodbye
        case proof, release, references

        /// The name in `WireProtocol.md`, with its article.
        var phrase: String {
            switch self {
            case .failure: "an error frame"
            case .item, .end: "an \(self) frame"
            default: "a \(self) frame"
            }
        }
    }
}

/// The head of a call, and where its path and its arguments stand.
struct CallFrame: Hashable, Sendable {
    let id: UInt64
    let path: Range<Int>
    /// How long the caller will wait, in milliseconds; `nil` for no limit.
    let timeout: UInt64?
    let flags: CallFlags
    /// How many calls, each made while serving the one before, led to this one.
    let depth: Int
    let arguments: Range<Int>

    /// How the arguments are read.
    var codec: any PayloadCodec.Type { flags.contains(.isFromJSON) ? MessagePackFromJSON.self : MessagePack.self }
}

/// What a caller asks of a call besides its answer.
struct CallFlags: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    /// Only a method registered as safe may answer.
    static let requiresSafeMethod = CallFlags(rawValue: 1)
    /// Progress is to be reported.
    static let wantsProgress = CallFlags(rawValue: 2)
    /// The values were JSON on their way.
    static let isFromJSON = CallFlags(rawValue: 4)
}

/// A fault of the other side after which the connection is of no more use.
struct ProtocolViolation: Error, Hashable, Sendable {
    /// For people: what was received and what was expected.
    let message: String

    init(_ message: String) { self.message = message }

    init(_ error: PayloadError) { message = error.message }
}
