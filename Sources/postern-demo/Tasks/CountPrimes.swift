import Postern
import PosternTasks
import Synchronization

/// A task that counts primes in child tasks, each of which counts a part of the numbers.
///
/// A part whose process is lost is counted again by a new task in Swift. A part that is stopped is omitted, and listed
/// as missing in the result.
final class CountPrimes: ChildTask {
    static let taskName = "primes"
    /// The number of attempts for a part before the task fails.
    private static let attempts = 3

    /// The number of primes, and the ranges that were not counted.
    struct Output: Codable, Hashable, Sendable {
        var primes = 0
        var missing: [String] = []
    }

    private enum CodingKeys: CodingKey { case limit, parts, pace, python }

    private struct State {
        var pace: Int?
        var context: TaskContext?
        /// The tasks of the parts and their progress, by identifier.
        var tasks: [String: PrimePart] = [:]
        var progress: [String: PrimeProgress] = [:]
    }

    let limit: Int
    let parts: Int
    let pace: Int
    /// The number of parts that are counted in Python.
    let python: Int
    private let state = Mutex(State())

    init(limit: Int, parts: Int, pace: Int, python: Int = 0) {
        self.limit = limit
        self.parts = parts
        self.pace = pace
        self.python = python
    }

    func register(in service: Service) {
        service.register("status", options: MethodOptions(documentation: "How far it is", isSafe: true)) { [self] in
            progress
        }
        service.register(
            "setPace",
            Parameter<Int>("pace", "Numbers a second of each part, 1 to 1000000000"),
            options: MethodOptions(documentation: "Has all parts count faster or slower from now on")
        ) { [self] (pace: Int) async throws in
            try DemoTasks.check("pace", pace, PrimeRange.paces)
            await setPace(pace)
        }
        service.register(
            "counted",
            "id",
            "progress",
            options: MethodOptions(documentation: "Called by the parts")
        ) { [self] (id: String, progress: PrimeProgress) in note(progress, of: id) }
    }

    func run(in task: TaskContext) async throws -> Output {
        state.withLock { $0.context = task }
        let ranges = ranges
        print("counting the primes up to \(limit) in \(ranges.count) parts")
        return try await withThrowingTaskGroup { group in
            for (index, range) in ranges.enumerated() {
                let part = try await spawn(range, inPython: index < python, in: task)
                group.addTask { try await self.count(range, by: part, in: task) }
            }
            var output = Output()
            for try await part in group {
                output.primes += part.primes
                output.missing += part.missing
            }
            return output
        }
    }

    private func spawn(_ range: ClosedRange<Int>, inPython: Bool, in task: TaskContext) async throws -> PrimePart {
        let (first, last, pace) = (range.lowerBound, range.upperBound, state.withLock { $0.pace } ?? pace)
        let part =
            if inPython {
                PrimePart(try await task.spawn(PythonPrimeRange(first: first, last: last, pace: pace)))
            } else {
                PrimePart(try await task.spawn(PrimeRange(first: first, last: last, pace: pace)))
            }
        state.withLock { $0.tasks[part.id] = part }
        return part
    }

    /// Waits until a part is counted, and spawns a new task for it when its task is lost.
    private func count(
        _ range: ClosedRange<Int>,
        by first: PrimePart,
        in task: TaskContext
    ) async throws -> Output {
        let name = "\(range.lowerBound) to \(range.upperBound)"
        var (part, attempt) = (first, 1)
        while true {
            do throws(CallError) { return Output(primes: try await part.result) } catch {
                discard(part.id)
                // The failure of a part is expected when this task itself is stopped.
                try Task.checkCancellation()
                if part.state == .stop {
                    print("\(part.id) was stopped: \(name) is left out")
                    return Output(missing: [name])
                }
                guard attempt < Self.attempts else { throw error }
                print("\(error.message); counting \(name) again")
            }
            part = try await spawn(range, inPython: false, in: task)
            attempt += 1
        }
    }

    private func setPace(_ pace: Int) async {
        let tasks = state.withLock { state in
            state.pace = pace
            return Array(state.tasks.values)
        }
        // Errors are ignored, as a part may end before it receives the call.
        for task in tasks where !task.state.isFinal { try? await task.setPace(pace) }
    }

    private func note(_ progress: PrimeProgress, of id: String) {
        // A late report of a part that is counted again is ignored.
        let context = state.withLock { state in
            guard state.tasks[id] != nil else { return nil as TaskContext? }
            state.progress[id] = progress
            return state.context
        }
        context?.report(self.progress)
    }

    private func discard(_ id: String) {
        state.withLock { state in
            state.tasks[id] = nil
            state.progress[id] = nil
        }
    }

    /// The ranges of the parts, which differ in size by one number at most.
    private var ranges: [ClosedRange<Int>] {
        // No more parts than numbers, as an empty range cannot be counted.
        let parts = min(parts, limit)
        return (0..<parts).map { limit * $0 / parts + 1...limit * ($0 + 1) / parts }
    }

    private var progress: PrimeProgress {
        state.withLock { state in
            state.progress.values.reduce(into: PrimeProgress(done: 0, of: limit, found: 0)) { sum, part in
                sum.done += part.done
                sum.found += part.found
            }
        }
    }
}
