private import Synchronization

/// The signals that wait for one reader, and the reader when it waits for signals.
final class SignalBuffer: Sendable {
    typealias Waiter = Suspension<ConnectionSignal?>

    private struct State {
        var signals = Queue<ConnectionSignal>()
        var missed = 0
        var waiter: Waiter?
        var isEnded = false
        var onDrop: @Sendable () -> Void = {}

        mutating func takeFirst() -> ConnectionSignal? {
            if let signal = signals.take() { return signal }
            guard missed > 0 else { return nil }
            defer { missed = 0 }
            return .missed(missed)
        }
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int = ConnectionSignals.maximumUnread) { self.capacity = capacity }

    deinit { state.withLock { $0.onDrop }() }

    /// Has a function run when nobody can read any more.
    func onDrop(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.onDrop = body } }

    /// Hands over a signal: to the waiting reader, whom the caller has to resume with it, or to the buffer.
    func push(_ signal: ConnectionSignal) -> Waiter? {
        state.withLock { state in
            if state.isEnded { return nil }
            if let waiter = state.waiter.take() { return waiter }
            // Behind a gap nothing is kept until that was read, or it would not be told where it is.
            if state.missed > 0 || state.signals.count >= capacity {
                state.missed += 1
            } else {
                state.signals.append(signal)
            }
            return nil
        }
    }

    /// Ends the sequence; what waits can still be read.
    ///
    /// - Returns: The waiting reader, whom the caller has to resume with `nil`.
    func end() -> Waiter? {
        state.withLock { state in
            state.isEnded = true
            return state.waiter.take()
        }
    }

    /// The next signal; `nil` at the end, when the task is cancelled, or when somebody waits already.
    func next() async -> ConnectionSignal? {
        await withTaskCancellationHandler {
            await Suspension.wait { continuation in
                let (signal, waits) = state.withLock { state -> (ConnectionSignal?, Bool) in
                    if let signal = state.takeFirst() { return (signal, false) }
                    // Who was cancelled before this found nobody to wake.
                    if state.isEnded || state.waiter != nil || Task.isCancelled { return (nil, false) }
                    state.waiter = continuation
                    return (nil, true)
                }
                if !waits { continuation.resume(returning: signal) }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume(returning: nil)
        }
    }
}
