import CLibWebSockets
import Glibc
import Synchronization

/// Owns one `uv_loop_t`, and the libwebsockets contexts on it.
///
/// A context cannot be destroyed: libwebsockets 4.1 on libuv then closes the descriptor that wakes it twice, and the
/// second time that number may belong to another part of the program. So what has a context is kept when its loop has
/// ended, and used by the next loop: a program has as many contexts as loops ever ran at the same time.
@safe
final class LoopStorage: @unchecked Sendable {
    // Safe because: the pointer and the contexts are only used on the loop's own thread, or by the one owner of a
    // storage that no thread runs; `thread` is atomic.
    let pointer: UnsafeMutablePointer<uv_loop_t>
    private let thread = Atomic<UInt>(0)
    private var contexts: [WebSocketContext] = []
    private var contextHandles = 0

    private static let spare = Mutex<[LoopStorage]>([])

    /// The storage of a loop that has ended, if there is one, else a new one.
    static func make() -> LoopStorage {
        guard let storage = spare.withLock({ $0.popLast() }) else { return LoopStorage() }
        unsafe uv_update_time(storage.pointer)
        return storage
    }

    init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe uv_loop_init(pointer)
    }

    /// A context on the loop, kept from a loop before if it serves; `nil` when libwebsockets makes none.
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

    /// Makes the calling thread the loop's own.
    func adoptThread() { thread.store(Self.currentThread, ordering: .releasing) }

    /// The loop has no thread any more.
    func leaveThread() { thread.store(0, ordering: .releasing) }

    /// Whether the caller is on the loop's own thread; any thread.
    var isCurrentThread: Bool { thread.load(ordering: .relaxed) == Self.currentThread }

    /// Runs until ``stop()``.
    func run() { unsafe uv_run(pointer, UV_RUN_DEFAULT) }

    /// Ends ``run()`` after the turn that is under way.
    func stop() { unsafe uv_stop(pointer) }

    /// Runs some turns that wait for nothing, so that handles which were closed come to their end.
    func finishClosing() {
        for _ in 0..<Self.closingTurns where unsafe uv_run(pointer, UV_RUN_NOWAIT) == 0 { return }
    }

    /// Takes the storage back from a loop that has ended: keeps it if it has a context, else frees it.
    func retire() {
        finishClosing()
        if !contexts.isEmpty, openHandles == contextHandles, contexts.allSatisfy({ $0.count == 0 }) {
            Self.spare.withLock { $0.append(self) }
        } else {
            close()
        }
    }

    /// Ends the loop and every handle that is still open; nothing else may use it any more.
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
        guard unsafe uv_loop_close(pointer) == 0 else { return }
        unsafe pointer.deallocate()
    }

    /// How many handles are open on the loop.
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

    /// Enough for a handle whose end closes another.
    private static let closingTurns = 16

    var milliseconds: UInt64 { unsafe uv_now(pointer) }

    private static var currentThread: UInt { UInt(pthread_self()) }
}
