import PosternMeasuring

/// Measures a repeated operation, with a fixed number of operations in flight.
enum ClosedLoop {
    /// Measures an asynchronous function.
    ///
    /// - Parameters:
    ///   - name: The name of the measurement.
    ///   - inFlight: The number of tasks that repeat the operation.
    ///   - time: The duration of the measurement.
    ///   - body: The operation.
    /// - Throws: The error of the operation.
    static func measure(
        _ name: String,
        inFlight: Int = 1,
        _ time: TimeOptions,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        _ = try await run(inFlight, for: time.warmUp, body)
        let cpu = CPUTime.now()
        let began = ContinuousClock.now
        let times = try await run(inFlight, for: time.duration, body)
        let duration = ContinuousClock.now - began
        Measurement(name, duration, times, cpu: CPUTime.now().all - cpu.all).report()
    }

    /// Measures a short function, reading the clock once for ``rounds`` calls.
    static func measureShort(_ name: String, _ time: TimeOptions, _ body: () throws -> Void) throws {
        _ = try run(for: time.warmUp, body)
        let cpu = CPUTime.now()
        let began = ContinuousClock.now
        let times = try run(for: time.duration, body)
        let duration = ContinuousClock.now - began
        let count = times.count * rounds
        Measurement(name, duration, times, count: count, cpu: CPUTime.now().all - cpu.all).report()
    }

    /// Calls between two readings of the clock, which takes about as long as a short function.
    private static let rounds = 100

    private static func run(
        _ inFlight: Int,
        for duration: Duration,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> Histogram {
        let end = ContinuousClock.now + duration
        return try await withThrowingTaskGroup(of: Histogram.self) { group in
            for _ in 0..<inFlight { group.addTask { try await repeatUntil(end, body) } }
            var all = Histogram()
            for try await times in group { all.merge(times) }
            return all
        }
    }

    // The callers run on the global executor, and not on the event loop that they call.
    @concurrent
    private static func repeatUntil(
        _ end: ContinuousClock.Instant,
        _ body: @Sendable () async throws -> Void
    ) async throws -> Histogram {
        var times = Histogram()
        var now = ContinuousClock.now
        while now < end {
            try await body()
            let after = ContinuousClock.now
            times.record(after - now)
            now = after
        }
        return times
    }

    private static func run(for duration: Duration, _ body: () throws -> Void) throws -> Histogram {
        var times = Histogram()
        var now = ContinuousClock.now
        let end = now + duration
        while now < end {
            for _ in 0..<rounds { try body() }
            let after = ContinuousClock.now
            times.record((after - now) / rounds)
            now = after
        }
        return times
    }
}
