import Postern
import PosternTasks
import ServiceLifecycle

/// The tasks of the demo.
enum DemoTasks {
    /// The maximum number of tasks that callers can run at once; each of them spawns further tasks.
    static let limit = 8
    private static let largestLimit = 1_000_000_000
    private static let partRange = 1...16

    /// Runs a task and exits when this process was started for one; returns immediately otherwise.
    static func runIfChild() async { await TaskProgram.runIfChild(CountPrimes.self, PrimeRange.self) }

    /// Registers the service `tasks`.
    static func register(in router: Router, _ host: TaskHost) {
        let tasks = TaskService(host).offer(
            Parameter("limit", "Counts the primes up to it, 1 to 1000000000; 2000000 by default", default: 2_000_000),
            Parameter("parts", "How many child tasks count, 1 to 16; 4 by default", default: 4),
            Parameter("pace", "Numbers a second of each of them, 1 to 1000000000; 40000 by default", default: 40_000),
            Parameter("python", "How many of the parts are counted in Python, 0 to 16; 0 by default", default: 0),
            documentation: "Counts primes in child tasks, and counts the part of one again that is lost"
        ) { (limit: Int, parts: Int, pace: Int, python: Int) throws in
            try check("limit", limit, 1...largestLimit)
            try check("parts", parts, partRange)
            try check("pace", pace, PrimeRange.paces)
            try check("python", python, 0...partRange.upperBound)
            return CountPrimes(limit: limit, parts: parts, pace: pace, python: python)
        }
        router.root.expose(tasks)
    }

    /// Throws `.invalidParameters` for a number that is not within a range.
    static func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(CallError) {
        guard !range.contains(value) else { return }
        let limits = "\(range.lowerBound) to \(range.upperBound)"
        throw CallError(.invalidParameters, "Parameter \(name): \(value) is not within \(limits)", executed: .no)
    }
}

/// A service that ends the tasks when the program is stopped, so that calls that await their results complete.
struct TaskEnding: ServiceLifecycle.Service {
    let host: TaskHost

    func run() async throws {
        try? await gracefulShutdown()
        await host.end()
    }
}
