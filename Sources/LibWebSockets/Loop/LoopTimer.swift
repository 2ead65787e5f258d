/// A timer of an event loop that rests until it is started; all members belong to the loop's thread.
package final class LoopTimer {
    private let milliseconds: UInt64
    private let body: () -> Bool
    private var isRunning = false
    private var handle: HookHandle?

    init(milliseconds: UInt64, _ body: @escaping () -> Bool) {
        self.milliseconds = milliseconds
        self.body = body
    }

    /// Takes the handle that calls ``fire()``.
    func use(_ handle: HookHandle) { self.handle = handle }

    /// Has the timer run, if it does not yet.
    package func start() {
        guard !isRunning else { return }
        isRunning = true
        handle?.startTimer(milliseconds: milliseconds)
    }

    func fire() {
        guard !body() else { return }
        isRunning = false
        handle?.stopTimer()
    }
}
