import Postern
import PosternTasks
import Synchronization

/// Counts the primes of a range, at a pace that can be changed while it runs, and reports to its parent how far it is.
final class PrimeRange: ChildTask {
    typealias Output = Int
    static let taskName = "range"
    /// Numbers a second.
    static let paces = 1...1_000_000_000
    /// How often it reports.
    private static let reportsPerSecond = 5
    /// Numbers that are sieved at once.
    private static let largestBlock = 1 << 20

    private enum CodingKeys: CodingKey { case first, last, pace }

    let first: Int
    let last: Int
    let pace: Int
    private let state = Mutex(State())

    private struct State {
        var pace: Int?
        var done = 0
        var found = 0
    }

    init(first: Int, last: Int, pace: Int) {
        self.first = first
        self.last = last
        self.pace = pace
    }

    func register(in service: Service) {
        service.register("status", options: MethodOptions(documentation: "How far it is", isSafe: true)) { [self] in
            progress
        }
        service.register(
            "setPace",
            Parameter<Int>("pace", "Numbers a second, 1 to 1000000000"),
            options: MethodOptions(documentation: "Counts faster or slower from now on")
        ) { [self] (pace: Int) throws in
            try DemoTasks.check("pace", pace, Self.paces)
            state.withLock { $0.pace = pace }
        }
    }

    func run(in task: TaskContext) async throws -> Int {
        print("counting from \(first) to \(last)")
        var next = first
        while next <= last {
            let block = next...min(last, next + blockSize - 1)
            let start = ContinuousClock.now
            note(block.count, PrimeSieve.count(in: block))
            let progress = progress
            task.report(progress)
            try await task.parent.call("counted", task.id, progress)
            try await Task.sleep(until: start + .seconds(Double(block.count) / Double(currentPace)), clock: .continuous)
            next = block.upperBound + 1
        }
        print("\(progress.found) primes from \(first) to \(last)")
        return progress.found
    }

    private var currentPace: Int { state.withLock { $0.pace } ?? pace }
    private var blockSize: Int { min(max(currentPace / Self.reportsPerSecond, 1), Self.largestBlock) }

    private var progress: PrimeProgress {
        state.withLock { PrimeProgress(done: $0.done, of: last - first + 1, found: $0.found) }
    }

    private func note(_ numbers: Int, _ primes: Int) {
        state.withLock { state in
            state.done += numbers
            state.found += primes
        }
    }
}

/// How far a task is.
struct PrimeProgress: Codable, Hashable, Sendable {
    /// Numbers that it has looked at, and those that it looks at in all.
    var done: Int
    var of: Int
    /// Primes among them.
    var found: Int
}

/// The sieve of Eratosthenes, for one range of numbers at a time.
enum PrimeSieve {
    /// How many primes there are in a range of positive numbers.
    static func count(in range: ClosedRange<Int>) -> Int {
        guard range.upperBound > 1 else { return 0 }
        let first = max(range.lowerBound, 2)
        var isComposite = [Bool](repeating: false, count: range.upperBound - first + 1)
        var divisor = 2
        while divisor * divisor <= range.upperBound {
            let multiple = max(divisor * divisor, (first + divisor - 1) / divisor * divisor)
            for number in stride(from: multiple, through: range.upperBound, by: divisor) {
                isComposite[number - first] = true
            }
            divisor += divisor == 2 ? 1 : 2
        }
        return isComposite.count { !$0 }
    }
}
