import Dispatch
import Glibc
import PosternQueues
import Synchronization

/// Threads for long work that must not delay event loops, in which owners take turns.
///
/// There are half as many threads as processors, so that the others remain free for event loops and connections,
/// however much long work there is.
package final class FairWorkers: Sendable {
    /// The threads of this process.
    package static let shared = FairWorkers(threads: max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)) / 2))

    private let jobs = Mutex(FairQueue<ObjectIdentifier, FairJob>())
    private let jobCount = DispatchSemaphore(value: 0)

    /// Creates threads that never end.
    init(threads: Int) {
        for _ in 0..<threads { _ = ServiceThread { [self] in work() } }
    }

    /// Calls a function on one of the threads.
    ///
    /// - Parameters:
    ///   - owner: The identity of the client that the work is for.
    ///   - body: The function.
    /// - Returns: What the function returns; `nil` if the task was cancelled before the function was called, which then
    ///   never is.
    package func run<Value: Sendable>(
        for owner: ObjectIdentifier,
        _ body: @escaping @Sendable () -> Value
    ) async -> Value? {
        let job = FairJob()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = job.prepare { isCancelled in
                    continuation.resume(returning: isCancelled ? nil : body())
                }
                if isWaiting { append(job, of: owner) }
            }
        } onCancel: {
            job.cancel()
        }
    }

    /// The number of jobs that wait for a thread, cancelled ones included.
    package var waitingCount: Int { jobs.withLock { $0.count } }

    private func append(_ job: FairJob, of owner: ObjectIdentifier) {
        jobs.withLock { $0.append(job, of: owner) }
        jobCount.signal()
    }

    private func work() {
        while true {
            jobCount.wait()
            jobs.withLock { $0.take() }?.start()
        }
    }
}
