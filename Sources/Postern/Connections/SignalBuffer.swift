internal import PosternQueues
private import Synchronization

/// The buffer of unread signals of one reader.
///
/// Either the buffer is empty or no reader is waiting.
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

    /// Sets the function that runs when the buffer is freed, so that it has no reader any more.
    func onDrop(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.onDrop = body } }

    /// Delivers a signal to the waiting reader, or else appends it to the buffer.
    ///
    /// - Returns: The waiting reader, which the caller must resume with the signal. Sources call this under a lock of
    ///   their own and resume readers after it.
    func push(_ signal: ConnectionSignal) -> Waiter? {
        state.withLock { state in
            if state.isEnded { return nil }
            if let waiter = state.waiter.take() { return waiter }
            // After a gap, nothing is buffered until the gap was read: `missed` counts what was dropped behind all
            // buffered signals.
            if state.missed > 0 || state.signals.count >= capacity {
                state.missed += 1
            } else {
                state.signals.append(signal)
            }
            return nil
        }
    }

    /// Ends the sequence; buffered signals can still be read.
    ///
    /// - Returns: The waiting reader, which the caller must resume with `nil`.
    func end() -> Waiter? {
        state.withLock { state in
            state.isEnded = true
            return state.waiter.take()
        }
    }

    /// Waits for the next signal, and returns it, or `nil` at the end, after cancellation, and if another reader waits.
    func next() async -> ConnectionSignal? {
        await withTaskCancellationHandler {
            await Suspension.wait { continuation in
                let (signal, waits) = state.withLock { state -> (ConnectionSignal?, Bool) in
                    if let signal = state.takeFirst() { return (signal, false) }
                    // If the task was cancelled before this, `onCancel` has run already and found no waiter.
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
