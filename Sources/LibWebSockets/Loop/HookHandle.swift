import CLibWebSockets

/// The owner of one libuv handle that calls a function on its loop: after each turn, on a timer, or when woken.
///
/// All members but ``wake()`` must be used on the loop's thread.
@safe
final class HookHandle {
    private let raw: UnsafeMutableRawPointer
    private var body: (() -> Void)?

    private init(size: Int, body: @escaping () -> Void) {
        unsafe raw = .allocate(byteCount: size, alignment: 16)
        self.body = body
    }

    /// Returns a handle that calls `body` after each poll for input.
    static func afterEachTurn(of loop: UnsafeMutablePointer<uv_loop_t>, _ body: @escaping () -> Void) -> HookHandle {
        let hook = unsafe HookHandle(size: MemoryLayout<uv_check_t>.size, body: body)
        let check = unsafe hook.raw.bindMemory(to: uv_check_t.self, capacity: 1)
        unsafe uv_check_init(loop, check)
        unsafe check.pointee.data = Unmanaged.passUnretained(hook).toOpaque()
        unsafe uv_check_start(check) { check in unsafe HookHandle.run(check?.pointee.data) }
        return hook
    }

    /// Returns a handle that calls `body` before each poll for input, after timers and the callbacks of closed handles.
    static func beforeEachWait(of loop: UnsafeMutablePointer<uv_loop_t>, _ body: @escaping () -> Void) -> HookHandle {
        let hook = unsafe HookHandle(size: MemoryLayout<uv_prepare_t>.size, body: body)
        let prepare = unsafe hook.raw.bindMemory(to: uv_prepare_t.self, capacity: 1)
        unsafe uv_prepare_init(loop, prepare)
        unsafe prepare.pointee.data = Unmanaged.passUnretained(hook).toOpaque()
        unsafe uv_prepare_start(prepare) { prepare in unsafe HookHandle.run(prepare?.pointee.data) }
        return hook
    }

    /// Returns a running timer that calls `body` periodically.
    static func every(
        milliseconds: UInt64,
        on loop: UnsafeMutablePointer<uv_loop_t>,
        _ body: @escaping () -> Void
    ) -> HookHandle {
        let hook = unsafe stoppedTimer(on: loop, body)
        hook.startTimer(milliseconds: milliseconds)
        return hook
    }

    /// Returns a timer that calls `body` periodically between ``startTimer(milliseconds:)`` and ``stopTimer()``.
    static func stoppedTimer(on loop: UnsafeMutablePointer<uv_loop_t>, _ body: @escaping () -> Void) -> HookHandle {
        let hook = unsafe HookHandle(size: MemoryLayout<uv_timer_t>.size, body: body)
        let timer = unsafe hook.raw.bindMemory(to: uv_timer_t.self, capacity: 1)
        unsafe uv_timer_init(loop, timer)
        unsafe timer.pointee.data = Unmanaged.passUnretained(hook).toOpaque()
        return hook
    }

    /// Starts the timer; only for a handle of a timer.
    func startTimer(milliseconds: UInt64) {
        guard body != nil else { return }
        unsafe uv_timer_start(
            raw.assumingMemoryBound(to: uv_timer_t.self),
            { timer in unsafe HookHandle.run(timer?.pointee.data) },
            milliseconds,
            milliseconds
        )
    }

    /// Stops the timer; only for a handle of a timer.
    func stopTimer() {
        guard body != nil else { return }
        unsafe uv_timer_stop(raw.assumingMemoryBound(to: uv_timer_t.self))
    }

    /// Returns a handle that calls `body` after ``wake()``; calls of `wake()` until then are coalesced.
    static func onWake(of loop: UnsafeMutablePointer<uv_loop_t>, _ body: @escaping () -> Void) -> HookHandle {
        let hook = unsafe HookHandle(size: MemoryLayout<uv_async_t>.size, body: body)
        let async = unsafe hook.raw.bindMemory(to: uv_async_t.self, capacity: 1)
        unsafe uv_async_init(loop, async) { async in unsafe HookHandle.run(async?.pointee.data) }
        unsafe async.pointee.data = Unmanaged.passUnretained(hook).toOpaque()
        return hook
    }

    /// Wakes the loop; may be called from any thread, only for a handle of ``onWake(of:_:)``.
    func wake() { unsafe uv_async_send(raw.assumingMemoryBound(to: uv_async_t.self)) }

    /// Removes the handle from its loop and releases the function.
    ///
    /// The loop must run another turn before the handle is released, since libuv uses the memory until then.
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
