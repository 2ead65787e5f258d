/// The answer to a call that did not fail.
public enum Reply: Sendable {
    /// One value.
    case value(Payload)
    /// A sequence of values that are still to come.
    case stream(ReplyStream)
}

/// A sequence of encoded values as the answer to a call.
///
/// Read by one reader. Ending the iteration, by cancelling the task that reads or by dropping the iterator, tells the
/// producer to stop.
public struct ReplyStream: AsyncSequence, Sendable {
    /// Where in a topic the first item stands; `nil` for streams without history.
    package var position: StreamPosition?
    let makeNext: @Sendable () -> Next

    /// Gives the next item, `nil` at the end; runs where its one reader runs.
    package typealias Next = () async throws(CallError) -> StreamItem?

    /// Makes a stream from what starts one reading of it.
    public init(
        position: StreamPosition? = nil,
        makeNext: @escaping @Sendable () -> () async throws(CallError) -> StreamItem?
    ) {
        self.position = position
        self.makeNext = makeNext
    }

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator { Iterator(advance: makeNext()) }

    /// Reads a stream, item by item.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let advance: Next

        /// The next item, `nil` at the end.
        ///
        /// - Throws: `CallError` when the stream ended with one.
        public mutating func next() async throws(CallError) -> StreamItem? { try await advance() }
    }
}

/// One item of a stream.
public struct StreamItem: Sendable {
    /// The encoded value.
    public var payload: Payload
    /// Its offset in the topic, counted from 1 and without holes; `nil` where the stream has no history.
    public var offset: UInt64?
    /// How many events of the topic are missing right before this one, because they came faster than they were read.
    public var lost: UInt64 = 0

    /// Wraps a value.
    public init(_ payload: Payload, offset: UInt64? = nil) {
        self.payload = payload
        self.offset = offset
    }
}

/// A place in a topic.
public struct StreamPosition: Hashable, Sendable {
    /// Changes whenever the history before it was lost.
    public var epoch: String
    /// The offset of the last item before this place; 0 before the first.
    public var offset: UInt64

    /// Names a place.
    public init(epoch: String, offset: UInt64) {
        self.epoch = epoch
        self.offset = offset
    }
}

extension Payload {
    /// Reads what came as the answer to a call.
    ///
    /// - Parameter subject: What it is, for the text of the error.
    /// - Returns: The value.
    /// - Throws: `CallError` with `.internalError` when it is of another type.
    @inline(__always)
    package func answer<Value: Decodable>(_ subject: @autoclosure () -> String) throws(CallError) -> Value {
        do throws(PayloadError) {
            return try decode()
        } catch {
            throw CallError(.internalError, "Unexpected \(subject()): \(error.message)", ran: .yes)
        }
    }
}
