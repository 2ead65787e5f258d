import Postern
import PosternTasks

/// One measurement of a child process: the time to its first reply, and its rates of calls.
struct TaskRound {
    /// The time from spawning the child to its first reply.
    let firstCall: Duration
    /// Calls per second with one in flight.
    let rateAlone: Double
    /// Calls per second with 64 in flight.
    let rateTogether: Double

    /// Spawns a child, calls it and stops it.
    ///
    /// - Parameters:
    ///   - definition: The task of the child.
    ///   - options: The options of the child process.
    ///   - isGlobal: Whether the callers run on Swift's global executor, and not on the connection's event loop.
    ///   - time: The duration of the measurement of each rate.
    /// - Returns: The measurement.
    /// - Throws: The errors of spawning and calling the child.
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
