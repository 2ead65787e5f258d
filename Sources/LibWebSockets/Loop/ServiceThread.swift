import Glibc
import Synchronization

/// A POSIX thread that runs one function.
@safe
final class ServiceThread: Sendable {
    private let handle: pthread_t
    private let isJoined = Atomic(false)

    private final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Creates the thread, which calls `body` and then ends.
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

    /// Blocks until the function has returned; a second call has no effect.
    func join() {
        guard !isJoined.exchange(true, ordering: .relaxed) else { return }
        pthread_join(handle, nil)
    }

    deinit { if !isJoined.load(ordering: .relaxed) { pthread_detach(handle) } }
}
