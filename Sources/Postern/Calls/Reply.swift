/// The reply to a successful call.
public enum Reply: Sendable {
    /// A single value.
    case value(Payload)
    /// A stream of values.
    case stream(ReplyStream)
}

/// A sequence of encoded values that a method returns.
///
/// A stream has one reader. The producer is cancelled when the reading task is cancelled or the iterator is freed.
public struct ReplyStream: AsyncSequence, Sendable {
    /// The position in a topic before the first item; `nil` for streams without history.
    package var position: StreamPosition?
    let makeNext: @Sendable () -> Next

    /// A function that returns the next item, or `nil` at the end.
    ///
    /// It runs in the isolation of the reader.
    package typealias Next = () async throws(CallError) -> StreamItem?

    /// Creates a stream.
    ///
    /// - Parameters:
    ///   - position: The position in a topic before the first item; `nil` for streams without history.
    ///   - makeNext: A function that starts reading and returns the function for the next item.
    public init(
        position: StreamPosition? = nil,
        makeNext: @escaping @Sendable () -> () async throws(CallError) -> StreamItem?
    ) {
        self.position = position
        self.makeNext = makeNext
    }

    /// Creates the iterator that reads the stream.
    public func makeAsyncIterator() -> Iterator { Iterator(advance: makeNext()) }

    /// The iterator of a stream.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let advance: Next

        /// Returns the next item, or `nil` at the end.
        ///
        /// - Throws: The `CallError` with which the stream ended.
        public mutating func next() async throws(CallError) -> StreamItem? { try await advance() }
    }
}

/// One item of a stream.
public struct StreamItem: Sendable {
    /// The encoded value.
    public var payload: Payload
    /// The offset of the item in its topic, consecutive from 1; `nil` if the stream has no history.
    public var offset: UInt64?
    /// The number of events that were dropped directly before this one, because they were not read fast enough.
    public var lost: UInt64 = 0

    /// Creates an item.
    public init(_ payload: Payload, offset: UInt64? = nil) {
        self.payload = payload
        self.offset = offset
    }
}

/// A position in the history of a topic.
public struct StreamPosition: Hashable, Sendable {
    /// The identifier of the history, which changes when the history is lost, for instance by a restart.
    public var epoch: String
    /// The offset of the last item before this position; 0 before the first.
    public var offset: UInt64

    /// Creates a position.
    public init(epoch: String, offset: UInt64) {
        self.epoch = epoch
        self.offset = offset
    }
}

extension Payload {
    /// Decodes the reply to a call.
    ///
    /// - Parameter subject: The name of the value in the message of an error.
    /// - Returns: The value.
    /// - Throws: `.internalError` if the value has another type.
    @inline(__always)
    package func answer<Value: Decodable>(_ subject: @autoclosure () -> String) throws(CallError) -> Value {
        // Inlined, so that each caller decodes a type that the compiler knows.
        do throws(PayloadError) {
            return try decode()
        } catch {
            throw CallError(.internalError, "Unexpected \(subject()): \(error.message)", ran: .yes)
        }
    }
}
