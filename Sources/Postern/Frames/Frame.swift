/// One message between two peers; `WireProtocol.md` lists all of them.
///
/// Paths, texts and values are ranges of the bytes that the frame was read from, so that reading a frame copies
/// nothing.
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

    /// The kind of a frame, which is the first element of its array.
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

/// A call, with the ranges of its path and arguments.
struct CallFrame: Hashable, Sendable {
    let id: UInt64
    let path: Range<Int>
    /// The time that the caller waits, in milliseconds, or `nil` for no limit.
    let timeout: UInt64?
    let flags: CallFlags
    /// The number of calls, each made while serving the previous one, that led to this call.
    let depth: Int
    let arguments: Range<Int>

    /// The codec of the arguments.
    var codec: any PayloadCodec.Type { flags.contains(.isFromJSON) ? MessagePackFromJSON.self : MessagePack.self }
}

/// The options of a call or message.
struct CallFlags: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    /// Only a method registered as safe may reply.
    static let requiresSafeMethod = CallFlags(rawValue: 1)
    /// The caller wants progress.
    static let wantsProgress = CallFlags(rawValue: 2)
    /// The values were transcoded from JSON.
    static let isFromJSON = CallFlags(rawValue: 4)
}

/// A violation of the protocol by the remote peer, after which the connection is closed.
struct ProtocolViolation: Error, Hashable, Sendable {
    /// What was received and what was expected, for people.
    let message: String

    init(_ message: String) { self.message = message }

    init(_ error: PayloadError) { message = error.message }
}
