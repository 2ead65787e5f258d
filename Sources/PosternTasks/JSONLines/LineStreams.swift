import PosternJSONRPC

/// The streams that a program reads, each by a task that waits for a signal after each item.
struct LineStreams {
    private struct Reading {
        let task: Task<Void, Never>
        let signal: AsyncStream<Void>.Continuation
    }

    private var readings: [SubscriptionTicket: Reading] = [:]
    /// Those whose next item is not read yet.
    private var held: Set<SubscriptionTicket> = []

    /// Enters a stream, which `start` begins to read.
    mutating func add(_ ticket: SubscriptionTicket, _ start: (AsyncStream<Void>) -> Task<Void, Never>) {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self)
        readings[ticket] = Reading(task: start(signals), signal: signal)
    }

    /// Notes that an item has come, behind which the next one waits.
    mutating func hold(_ ticket: SubscriptionTicket) { held.insert(ticket) }

    /// Lets all streams go on.
    mutating func goOn() {
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
