import Postern
import PosternTasks
import Synchronization

/// A task that counts the primes of a range at an adjustable pace, and reports its progress to its parent.
final class PrimeRange: ChildTask {
    typealias Output = Int
    static let taskName = "range"
    /// The range of paces, in numbers per second.
    static let paces = 1...1_000_000_000
    /// The number of reports per second.
    private static let reportsPerSecond = 5
    /// The maximum number of numbers that are sieved at once, which limits the memory.
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
            // Sleeps for the rest of the time that the block takes at the pace; also checks for cancellation.
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

/// The progress of a task.
struct PrimeProgress: Codable, Hashable, Sendable {
    /// The number of numbers that were examined.
    var done: Int
    /// The number of numbers to examine in total.
    var of: Int
    /// The number of primes that were found.
    var found: Int
}

/// The segmented sieve of Eratosthenes.
enum PrimeSieve {
    /// Returns the number of primes in a range of positive numbers.
    static func count(in range: ClosedRange<Int>) -> Int {
        guard range.upperBound > 1 else { return 0 }
        let first = max(range.lowerBound, 2)
        var isComposite = [Bool](repeating: false, count: range.upperBound - first + 1)
        var divisor = 2
        // A composite number has a divisor that is at most its square root.
        while divisor * divisor <= range.upperBound {
            // Smaller multiples of the divisor have a smaller divisor, or are below the range.
            let multiple = max(divisor * divisor, (first + divisor - 1) / divisor * divisor)
            for number in stride(from: multiple, through: range.upperBound, by: divisor) {
                isComposite[number - first] = true
            }
            // Even numbers above 2 divide nothing that is left.
            divisor += divisor == 2 ? 1 : 2
        }
        return isComposite.count { !$0 }
    }
}
