import CLibWebSockets

/// Owns one libuv handle that runs a function on its loop: after each turn, on a timer, or when woken.
///
/// Everything but ``wake()`` belongs to the loop's thread.
@safe
final class HookHandle {
    private let raw: UnsafeMutableRawPointer
    private var body: (() -> Void)?

    private init(size: Int, body: @escaping () -> Void) {
        unsafe raw = .allocate(byteCount: size, alignment: 16)
        self.body = body
    }

    /// Runs `body` after each turn in which the loop looked for input.
    static func afterEachTurn(of loop: UnsafeMutablePointer<uv_loop_t>, _ body: @escaping () -> Void) -> HookHandle {
        let hook = unsafe HookHandle(size: MemoryLayout<uv_check_t>.size, body: body)
        let check = unsafe hook.raw.bindMemory(to: uv_check_t.self, capacity: 1)
        unsafe uv_check_init(loop, check)
        unsafe check.pointee.data = Unmanaged.passUnretained(hook).toOpaque()
        unsafe uv_check_start(check) { check in unsafe HookHandle.run(check?.pointee.data) }
        return hook
    }

    /// Runs `body` before each turn waits for input: behind timers, and behind the closing of handles.
    static func beforeEachWait(of loop: UnsafeMutablePointer<uv_loop_t>, _ body: @escaping () -> Void) -> HookHandle {
        let hook = unsafe HookHandle(size: MemoryLayout<uv_prepare_t>.size, body: body)
        let prepare = unsafe hook.raw.bindMemory(to: uv_prepare_t.self, capacity: 1)
        unsafe uv_prepare_init(loop, prepare)
        unsafe prepare.pointee.data = Unmanaged.passUnretained(hook).toOpaque()
        unsafe uv_prepare_start(prepare) { prepare in unsafe HookHandle.run(prepare?.pointee.data) }
        return hook
    }

    /// Runs `body` again and again.
    static func every(
        milliseconds: UInt64,
        on loop: UnsafeMutablePointer<uv_loop_t>,
        _ body: @escaping () -> Void
    ) -> HookHandle {
        let hook = unsafe stoppedTimer(on: loop, body)
        hook.startTimer(milliseconds: milliseconds)
        return hook
    }

    /// Runs `body` again and again between ``startTimer(milliseconds:)`` and ``stopTimer()``.
    static func stoppedTimer(on loop: UnsafeMutablePointer<uv_loop_t>, _ body: @escaping () -> Void) -> HookHandle {
        let hook = unsafe HookHandle(size: MemoryLayout<uv_timer_t>.size, body: body)
        let timer = unsafe hook.raw.bindMemory(to: uv_timer_t.self, capacity: 1)
        unsafe uv_timer_init(loop, timer)
        unsafe timer.pointee.data = Unmanaged.passUnretained(hook).toOpaque()
        return hook
    }

    /// Starts a timer; only for a handle of one.
    func startTimer(milliseconds: UInt64) {
        guard body != nil else { return }
        unsafe uv_timer_start(
            raw.assumingMemoryBound(to: uv_timer_t.self),
            { timer in unsafe HookHandle.run(timer?.pointee.data) },
            milliseconds,
            milliseconds
        )
    }

    /// Stops a timer; only for a handle of one.
    func stopTimer() {
        guard body != nil else { return }
        unsafe uv_timer_stop(raw.assumingMemoryBound(to: uv_timer_t.self))
    }

    /// Runs `body` some time after ``wake()``, once for any number of calls in between.
    static func onWake(of loop: UnsafeMutablePointer<uv_loop_t>, _ body: @escaping () -> Void) -> HookHandle {
        let hook = unsafe HookHandle(size: MemoryLayout<uv_async_t>.size, body: body)
        let async = unsafe hook.raw.bindMemory(to: uv_async_t.self, capacity: 1)
        unsafe uv_async_init(loop, async) { async in unsafe HookHandle.run(async?.pointee.data) }
        unsafe async.pointee.data = Unmanaged.passUnretained(hook).toOpaque()
        return hook
    }

    /// Wakes the loop; only for a handle made by ``onWake(of:_:)``, from any thread.
    func wake() { unsafe uv_async_send(raw.assumingMemoryBound(to: uv_async_t.self)) }

    /// Takes the handle off its loop and lets go of the function; the loop must run on before the handle may go.
    func close() {
        guard body != nil else { return }
        body = nil
        unsafe uv_close(raw.assumingMemoryBound(to: uv_handle_t.self), nil)
    }

    private static func run(_ data: UnsafeMutableRawPointer?) {
        guard let data = unsafe data else { return }
        unsafe Unmanaged<HookHandle>.fromOpaque(data).takeUnretainedValue().body?()
    }

    deinit { unsafe raw.deallocate() }
}
