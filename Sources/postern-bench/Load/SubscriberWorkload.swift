import NIOCore
import Postern
import Synchronization

/// Publishes the next event whenever as many deliveries as there are subscribers were made.
final class FanOutProgress: Sendable {
    private struct State {
        var joined = 0
        var delivered = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let topic: Topic
    private let subscribers: Int
    private let state = Mutex(State())

    init(topic: Topic, subscribers: Int) {
        self.topic = topic
        self.subscribers = subscribers
    }

    /// Publishes the time, so that subscribers can tell how old the event is.
    func publish() { _ = try? topic.publish(Int64(NIODeadline.now().uptimeNanoseconds)) }

    /// One more has subscribed.
    func subscriberJoined() {
        let waiter = state.withLock { state in
            state.joined += 1
            return state.joined == subscribers ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    /// One event has reached one subscriber.
    func delivered() {
        let isRoundDone = state.withLock { state in
            state.delivered += 1
            return state.delivered % subscribers == 0
        }
        if isRoundDone { publish() }
    }

    /// Waits until everybody has subscribed.
    func waitForSubscribers() async throws {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.joined < subscribers { state.waiter = continuation }
                return state.joined >= subscribers
            }
            if isDone { continuation.resume() }
        }
    }
}

/// Subscribes, and measures how old events are when they come.
final class SubscriberWorkload: Workload {
    private let progress: FanOutProgress
    private let counters: LoadCounters
    private var hasJoined = false
    private static let result = Array("\"result\":".utf8)

    init(_ progress: FanOutProgress, _ counters: LoadCounters) {
        self.progress = progress
        self.counters = counters
    }

    func opened(_ socket: RawWebSocket) {
        let request = #"{"jsonrpc":"2.0","id":1,"method":"rpc.subscribe","params":{"topic":"bench"}}"#
        socket.send(RawWebSocket.frame(request))
    }

    func received(_ message: Span<UInt8>, on socket: RawWebSocket) {
        guard hasJoined else {
            hasJoined = true
            return progress.subscriberJoined()
        }
        guard let published = message.number(after: Self.result) else { return }
        let now = Int64(NIODeadline.now().uptimeNanoseconds)
        counters.times.record(nanoseconds: now - Int64(published))
        progress.delivered()
    }
}
