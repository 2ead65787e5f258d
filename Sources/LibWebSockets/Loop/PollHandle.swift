import CLibWebSockets

/// A type that is notified by a ``PollHandle`` when its file descriptor is ready.
protocol PollOwner: AnyObject {
    /// Called on the loop's thread when the descriptor can be read or written, or has failed.
    func descriptorIsReady(readable: Bool, writable: Bool, failed: Bool)
}

/// The owner of one `uv_poll_t`, which watches a file descriptor.
///
/// A handle retains its owner until ``close()``, and never closes the descriptor.
@safe
final class PollHandle {
    private let raw: UnsafeMutablePointer<uv_poll_t>
    private var owner: (any PollOwner)?
    private var events: Int32 = 0

    /// Creates a handle that watches nothing yet; `nil` if the system cannot watch the descriptor.
    init?(watching descriptor: Int32, on loop: UnsafeMutablePointer<uv_loop_t>, for owner: any PollOwner) {
        unsafe raw = .allocate(capacity: 1)
        guard unsafe uv_poll_init(loop, raw, descriptor) == 0 else { return nil }
        self.owner = owner
        // libuv uses the memory until the callback of `uv_close`, which releases this reference.
        unsafe raw.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    /// Sets the events to wait for; a call without a change makes no system call.
    func watch(readable: Bool, writable: Bool) {
        let wanted = (readable ? Int32(UV_READABLE.rawValue) : 0) | (writable ? Int32(UV_WRITABLE.rawValue) : 0)
        guard wanted != events, owner != nil else { return }
        events = wanted
        guard wanted != 0 else {
            unsafe uv_poll_stop(raw)
            return
        }
        unsafe uv_poll_start(raw, wanted) { handle, status, events in
            guard let data = unsafe handle?.pointee.data else { return }
            let poll = unsafe Unmanaged<PollHandle>.fromOpaque(data).takeUnretainedValue()
            poll.owner?.descriptorIsReady(
                readable: events & Int32(UV_READABLE.rawValue) != 0,
                writable: events & Int32(UV_WRITABLE.rawValue) != 0,
                failed: status < 0
            )
        }
    }

    /// Stops watching and releases the owner; the descriptor may be closed or passed on at once.
    func close() {
        guard owner != nil else { return }
        owner = nil
        unsafe UnsafeMutableRawPointer(raw).withMemoryRebound(to: uv_handle_t.self, capacity: 1) { handle in
            unsafe uv_close(handle) { closed in
                guard let data = unsafe closed?.pointee.data else { return }
                unsafe Unmanaged<PollHandle>.fromOpaque(data).release()
            }
        }
    }

    deinit { unsafe raw.deallocate() }
}
