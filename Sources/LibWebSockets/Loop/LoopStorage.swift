import CLibWebSockets
import Glibc
import Synchronization

/// The owner of one `uv_loop_t` and of the libwebsockets contexts on it.
///
/// A context cannot be destroyed safely: libwebsockets 4.1 on libuv closes its wake-up descriptor twice, and by the
/// second time the number may belong to another part of the program. So a storage with a context is kept when its loop
/// has ended, and used by the next loop: a program has as many contexts as loops ever ran at the same time.
@safe
final class LoopStorage: @unchecked Sendable {
    // Safe because: the pointer and the contexts are only used on the loop's own thread, or by the only owner of a
    // storage without a thread; `thread` is atomic.
    let pointer: UnsafeMutablePointer<uv_loop_t>
    /// The identity of the loop's thread; 0 if there is none.
    private let thread = Atomic<UInt>(0)
    private var contexts: [WebSocketContext] = []
    /// The number of libuv handles that belong to the contexts.
    private var contextHandles = 0

    private static let spare = Mutex<[LoopStorage]>([])

    /// Returns the storage of a loop that has ended, or else a new one.
    static func make() -> LoopStorage {
        guard let storage = spare.withLock({ $0.popLast() }) else { return LoopStorage() }
        // Its clock has stopped with its loop.
        unsafe uv_update_time(storage.pointer)
        return storage
    }

    init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe uv_loop_init(pointer)
    }

    /// Returns a context with these traits, one that an earlier loop left if possible.
    ///
    /// - Returns: `nil` if libwebsockets does not create a context.
    func context(_ traits: WebSocketContext.Traits) -> WebSocketContext? {
        if let kept = contexts.first(where: { $0.traits == traits }) {
            kept.open()
            return kept
        }
        let before = openHandles
        guard let context = WebSocketContext(traits, on: self) else { return nil }
        contextHandles += openHandles - before
        contexts.append(context)
        return context
    }

    /// Makes the calling thread the loop's thread.
    func adoptThread() { thread.store(Self.currentThread, ordering: .releasing) }

    /// Ends the role of the calling thread as the loop's thread.
    func leaveThread() { thread.store(0, ordering: .releasing) }

    /// Whether the caller is on the loop's thread; may be used on any thread.
    ///
    /// A relaxed load suffices: only the thread itself stores its own identity.
    var isCurrentThread: Bool { thread.load(ordering: .relaxed) == Self.currentThread }

    /// Runs the loop until ``stop()``.
    func run() { unsafe uv_run(pointer, UV_RUN_DEFAULT) }

    /// Ends ``run()`` after the current turn.
    func stop() { unsafe uv_stop(pointer) }

    /// Runs turns that do not block until the callbacks of closed handles have run.
    func finishClosing() {
        for _ in 0..<Self.closingTurns where unsafe uv_run(pointer, UV_RUN_NOWAIT) == 0 { return }
    }

    /// Keeps the storage of a loop that has ended for another loop if it has a context, or else frees it.
    func retire() {
        finishClosing()
        // A handle or a WebSocket that is still open could call back into an owner that has been released.
        if !contexts.isEmpty, openHandles == contextHandles, contexts.allSatisfy({ $0.count == 0 }) {
            Self.spare.withLock { $0.append(self) }
        } else {
            close()
        }
    }

    /// Closes the loop and every handle that is still open.
    private func close() {
        unsafe uv_walk(
            pointer,
            { handle, _ in
                guard let handle = unsafe handle, unsafe uv_is_closing(handle) == 0 else { return }
                unsafe uv_close(handle, nil)
            },
            nil
        )
        finishClosing()
        // A loop with open handles is leaked: they would use its memory.
        guard unsafe uv_loop_close(pointer) == 0 else { return }
        unsafe pointer.deallocate()
    }

    /// The number of open handles on the loop.
    private var openHandles: Int {
        var count = 0
        unsafe withUnsafeMutablePointer(to: &count) { count in
            unsafe uv_walk(
                pointer,
                { handle, count in
                    guard let handle = unsafe handle, unsafe uv_is_closing(handle) == 0 else { return }
                    unsafe count?.assumingMemoryBound(to: Int.self).pointee += 1
                },
                count
            )
        }
        return count
    }

    /// The maximum number of turns in ``finishClosing()``: more than one, since the end of a handle may close another.
    private static let closingTurns = 16

    /// The time of the loop's monotonic clock in milliseconds, read once per turn.
    var milliseconds: UInt64 { unsafe uv_now(pointer) }

    private static var currentThread: UInt { UInt(pthread_self()) }
}
