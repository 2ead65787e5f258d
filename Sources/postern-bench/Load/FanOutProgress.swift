import NIOCore
import Postern
import Synchronization

/// Publishes the next event whenever the number of deliveries reaches a multiple of the number of subscribers.
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

    /// Publishes the current time, from which subscribers compute the age of the event.
    func publish() { _ = try? topic.publish(Int64(NIODeadline.now().uptimeNanoseconds)) }

    /// Records one more subscriber.
    func subscriberJoined() {
        let waiter = state.withLock { state in
            state.joined += 1
            return state.joined == subscribers ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    /// Records the delivery of one event to one subscriber.
    func delivered() {
        let isRoundDone = state.withLock { state in
            state.delivered += 1
            return state.delivered % subscribers == 0
        }
        if isRoundDone { publish() }
    }

    /// Waits until all subscribers have subscribed.
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
