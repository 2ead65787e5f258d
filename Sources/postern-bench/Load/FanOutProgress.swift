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
