import PosternJSONRPC

/// The streams that a program reads, each with a Swift task that waits for a signal after every item.
struct LineStreams {
    private struct Reading {
        let task: Task<Void, Never>
        let signal: AsyncStream<Void>.Continuation
    }

    private var readings: [SubscriptionTicket: Reading] = [:]
    /// The streams whose next item has not been requested yet.
    private var held: Set<SubscriptionTicket> = []

    /// Adds a stream.
    ///
    /// - Parameters:
    ///   - ticket: The ticket of the subscription.
    ///   - start: Starts the task that reads the stream, and that awaits a signal after each item.
    mutating func add(_ ticket: SubscriptionTicket, _ start: (AsyncStream<Void>) -> Task<Void, Never>) {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self)
        readings[ticket] = Reading(task: start(signals), signal: signal)
    }

    /// Records that an item was sent, so that the stream waits for a signal.
    mutating func hold(_ ticket: SubscriptionTicket) { held.insert(ticket) }

    /// Requests the next item of all streams that wait.
    mutating func resume() {
        for ticket in held { readings[ticket]?.signal.yield() }
        held = []
    }

    /// Stops reading a stream.
    mutating func cancel(_ ticket: SubscriptionTicket) {
        readings[ticket]?.task.cancel()
        remove(ticket)
    }

    /// Removes a stream that has ended.
    mutating func remove(_ ticket: SubscriptionTicket) {
        readings[ticket] = nil
        held.remove(ticket)
    }

    /// Stops reading all streams.
    mutating func cancelAll() {
        for reading in readings.values { reading.task.cancel() }
        self = LineStreams()
    }
}
