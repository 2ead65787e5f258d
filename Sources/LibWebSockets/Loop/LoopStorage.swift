import CLibWebSockets
import Glibc
import Synchronization

/// Owns one `uv_loop_t`.
@safe
final class LoopStorage: @unchecked Sendable {
    // Safe because: the pointer is only followed on the loop's own thread; `thread` is atomic.
    let pointer: UnsafeMutablePointer<uv_loop_t>
    private let thread = Atomic<UInt>(0)

    init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe uv_loop_init(pointer)
    }

    /// Makes the calling thread the loop's own.
    func adoptThread() { thread.store(Self.currentThread, ordering: .releasing) }

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

    /// Ends the loop and every handle that is still open; nothing else may use it any more.
    func close() {
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

    /// Enough for a handle whose end closes another.
    private static let closingTurns = 16

    var milliseconds: UInt64 { unsafe uv_now(pointer) }

    private static var currentThread: UInt { UInt(pthread_self()) }
}

/// A thread of its own for one function.
@safe
final class ServiceThread: Sendable {
    private let handle: pthread_t
    private let isJoined = Atomic(false)

    private final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts the thread.
    init(_ body: @escaping @Sendable () -> Void) {
        let start = unsafe Unmanaged.passRetained(Start(body)).toOpaque()
        var handle = pthread_t()
        let status = unsafe pthread_create(
            &handle,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                start.body()
                return nil
            },
            start
        )
        precondition(status == 0, "no thread could be started: error \(status)")
        self.handle = handle
    }

    /// Waits for the function to return; once.
    func join() {
        guard !isJoined.exchange(true, ordering: .relaxed) else { return }
        pthread_join(handle, nil)
    }

    deinit { if !isJoined.load(ordering: .relaxed) { pthread_detach(handle) } }
}
