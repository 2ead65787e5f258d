/// A periodic timer of an event loop that can be started again after it has stopped.
///
/// All members must be used on the loop's thread.
package final class LoopTimer {
    private let milliseconds: UInt64
    private let body: () -> Bool
    private var isRunning = false
    private var handle: HookHandle?

    init(milliseconds: UInt64, _ body: @escaping () -> Bool) {
        self.milliseconds = milliseconds
        self.body = body
    }

    /// Sets the handle that calls ``fire()``.
    ///
    /// It cannot be an argument of the initialiser, since its function refers to the timer.
    func use(_ handle: HookHandle) { self.handle = handle }

    /// Starts the timer, unless it is running.
    package func start() {
        guard !isRunning else { return }
        isRunning = true
        handle?.startTimer(milliseconds: milliseconds)
    }

    /// Calls the function, and stops the timer if that returns `false`.
    func fire() {
        guard !body() else { return }
        isRunning = false
        handle?.stopTimer()
    }
}
