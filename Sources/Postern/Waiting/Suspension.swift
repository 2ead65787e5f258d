#if DEBUG
private import Synchronization
#endif

/// A task that waits for a value: whoever holds this resumes it, exactly once.
///
/// What `CheckedContinuation` is, without its allocation and its generic code at each wait, which here is each call. Debug
/// builds check the same as it does, and end the program when a task is resumed twice or never.
@safe package struct Suspension<Value: Sendable>: Sendable {
    private let continuation: UnsafeContinuation<Value, Never>
    #if DEBUG
    private let duty: Duty
    #endif

    /// Suspends the current task until the suspension that `body` is given has been resumed.
    @inline(__always)
    package nonisolated(nonsending) static func wait(_ body: (Suspension) -> Void) async -> Value {
        #if DEBUG
        let use = SingleUse()
        defer { use.expect("A task was resumed by somebody else") }
        return await unsafe withUnsafeContinuation { unsafe body(Suspension(continuation: $0, duty: Duty(use))) }
        #else
        return await unsafe withUnsafeContinuation { unsafe body(Suspension(continuation: $0)) }
        #endif
    }

    /// Has the task go on.
    @inline(__always)
    package func resume(returning value: Value) {
        #if DEBUG
        duty.use.note()
        #endif
        unsafe continuation.resume(returning: value)
    }
}

extension Suspension where Value == Void {
    /// Has the task go on.
    @inline(__always)
    package func resume() { resume(returning: ()) }
}

#if DEBUG
/// What those hold who can resume a task, and the task does not.
private final class Duty: Sendable {
    let use: SingleUse

    init(_ use: SingleUse) { self.use = use }

    deinit { use.expect("A task that waits will never be resumed") }
}

/// Whether a task was resumed.
///
/// Also what the thread sanitizer sees: a task that is resumed before it waits goes on without anything in between.
private final class SingleUse: Sendable {
    private let isNoted = Atomic(false)

    func note() {
        precondition(!isNoted.exchange(true, ordering: .acquiringAndReleasing), "A task was resumed twice")
    }

    func expect(_ message: String) { precondition(isNoted.load(ordering: .acquiring), message) }
}
#endif
