import Dispatch
import Glibc
import Synchronization

/// A task executor with threads of low priority, for long work that must not delay event loops.
///
/// Swift's global executor has a thread for each processor. When all of them are busy, loops compete with them for the
/// processors, and every client of a loop waits. Threads of this executor run beside them, with a quarter of the
/// time of a processor that a loop needs all the time.
package final class BackgroundExecutor: TaskExecutor {
    /// The executor of this process, with half as many threads as there are processors.
    package static let shared = BackgroundExecutor(threads: max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)) / 2))

    private let jobs = Mutex<[UnownedJob]>([])
    private let jobCount = DispatchSemaphore(value: 0)

    /// Creates an executor whose threads never end.
    private init(threads: Int) {
        for _ in 0..<threads { _ = ServiceThread { [self] in run() } }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        jobCount.signal()
    }

    private func run() {
        // On Linux a niceness belongs to a thread, and 0 names the calling one.
        setpriority(CInt(PRIO_PROCESS.rawValue), 0, Self.niceness)
        while true {
            jobCount.wait()
            let job = jobs.withLock { $0.removeFirst() }
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    /// The threads weigh 335 against the 1024 of a thread without a niceness.
    private static let niceness: CInt = 5
}
