import Postern
import PosternTasks

/// One reading of a child process: how soon it answers, and how many calls it answers.
struct TaskRound {
    /// From before the child is spawned until its first reply.
    let firstCall: Duration
    /// Calls a second, one at a time.
    let rateAlone: Double
    /// Calls a second, 64 at a time.
    let rateTogether: Double

    /// Spawns a child, calls it and stops it.
    ///
    /// - Parameters:
    ///   - definition: The child.
    ///   - options: How it is started.
    ///   - isGlobal: Whether the callers run on Swift's global executor, and not on the connection's event loop.
    ///   - time: How long the calls of each rate are made.
    /// - Returns: The reading.
    /// - Throws: What spawning and calling the child throw.
    static func measure<Definition: TaskDefinition>(
        _ definition: Definition,
        _ options: TaskOptions,
        isGlobal: Bool,
        _ time: TimeOptions
    ) async throws -> Self {
        let host = TaskHost()
        let began = ContinuousClock.now
        let child = try await host.spawn(definition, options: options)
        try await add(child)
        let firstCall = ContinuousClock.now - began
        let executor = isGlobal ? nil : child.executor
        let alone = try await rate(of: child, on: executor, inFlight: 1, time)
        let together = try await rate(of: child, on: executor, inFlight: 64, time)
        await child.stop()
        await host.end()
        return Self(firstCall: firstCall, rateAlone: alone, rateTogether: together)
    }

    private static func rate<Definition>(
        of child: TaskProcess<Definition>,
        on executor: (any TaskExecutor)?,
        inFlight: Int,
        _ time: TimeOptions
    ) async throws -> Double {
        _ = try await count(child, on: executor, inFlight, until: .now + time.warmUp)
        let began = ContinuousClock.now
        let calls = try await count(child, on: executor, inFlight, until: began + time.duration)
        return Double(calls) / ((ContinuousClock.now - began) / .seconds(1))
    }

    private static func count<Definition>(
        _ child: TaskProcess<Definition>,
        on executor: (any TaskExecutor)?,
        _ inFlight: Int,
        until end: ContinuousClock.Instant
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<inFlight {
                group.addTask(executorPreference: executor) {
                    var calls = 0
                    while ContinuousClock.now < end {
                        try await add(child)
                        calls += 1
                    }
                    return calls
                }
            }
            return try await group.reduce(0, +)
        }
    }

    private static func add<Definition>(_ child: TaskProcess<Definition>) async throws {
        let sum: Int = try await child.call("add", 1, 2)
        guard sum == 3 else { throw BenchmarkFailure("the child answers \(sum), not 3") }
    }
}
