#if DEBUG
private import Synchronization
#endif

/// A suspended task, which must be resumed exactly once.
///
/// It replaces `CheckedContinuation`, which allocates and runs generic code at every suspension, and thus for every
/// call. Debug builds make the same checks and trap if a task is resumed twice or never.
@safe package struct Suspension<Value: Sendable>: Sendable {
    private let continuation: UnsafeContinuation<Value, Never>
    #if DEBUG
    private let duty: Duty
    #endif

    /// Suspends the current task until the suspension passed to `body` is resumed.
    @inline(__always)
    package nonisolated(nonsending) static func wait(_ body: (Suspension) -> Void) async -> Value {
        #if DEBUG
        let use = SingleUse()
        defer { use.expect("A suspension was resumed more than once") }
        // Safe because `Duty` traps unless the continuation is resumed exactly once.
        return await unsafe withUnsafeContinuation { unsafe body(Suspension(continuation: $0, duty: Duty(use))) }
        #else
        // Safe because debug builds check that the continuation is resumed exactly once.
        return await unsafe withUnsafeContinuation { unsafe body(Suspension(continuation: $0)) }
        #endif
    }

    /// Resumes the task with a value.
    @inline(__always)
    package func resume(returning value: Value) {
        #if DEBUG
        duty.use.note()
        #endif
        unsafe continuation.resume(returning: value)
    }
}

extension Suspension where Value == Void {
    /// Resumes the task.
    @inline(__always)
    package func resume() { resume(returning: ()) }
}

#if DEBUG
/// The obligation to resume a task, shared by the copies of its suspension and released with the last one.
private final class Duty: Sendable {
    let use: SingleUse

    init(_ use: SingleUse) { self.use = use }

    deinit { use.expect("A task that waits will never be resumed") }
}

/// Whether a task was resumed.
///
/// The atomic also orders the accesses of both tasks for the thread sanitizer, which does not see a resumption that
/// precedes the suspension.
private final class SingleUse: Sendable {
    private let isNoted = Atomic(false)

    func note() {
        precondition(!isNoted.exchange(true, ordering: .acquiringAndReleasing), "A task was resumed twice")
    }

    func expect(_ message: String) { precondition(isNoted.load(ordering: .acquiring), message) }
}
#endif
