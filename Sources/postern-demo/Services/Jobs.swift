import Postern

/// The service `jobs`, an example of methods that report progress and can be cancelled.
enum Jobs {
    /// Registers the service.
    static func register(in router: Router) {
        let service = router.service("jobs", documentation: "Work that takes a while")
        let jobs = ActiveCount()
        service.register(
            "run",
            Parameter("steps", "How many steps, 1 to 10000", default: 20),
            Parameter("stepMs", "Milliseconds of each step, 0 to 60000", default: 100),
            options: MethodOptions(documentation: "Takes its time, step by step, and reports progress")
        ) { (context: CallContext, steps: Int, stepMilliseconds: Int) async throws -> JobResult in
            try check(steps, stepMilliseconds)
            let membership = jobs.join()
            // Otherwise the membership may be released right after its last use, before the job has ended.
            defer { withExtendedLifetime(membership) {} }
            return try await run(steps, .milliseconds(stepMilliseconds), for: context)
        }
        service.register(
            "active",
            options: MethodOptions(documentation: "Counts the running jobs", isSafe: true, execution: .onEventLoop)
        ) { () -> Int in jobs.count }
    }

    private static func check(_ steps: Int, _ stepMilliseconds: Int) throws(CallError) {
        guard (1...10_000).contains(steps) else {
            throw CallError(.invalidParameters, "Parameter steps: \(steps) is not within 1 to 10000")
        }
        guard (0...60_000).contains(stepMilliseconds) else {
            throw CallError(.invalidParameters, "Parameter stepMs: \(stepMilliseconds) is not within 0 to 60000")
        }
    }

    private static func run(_ steps: Int, _ pause: Duration, for context: CallContext) async throws -> JobResult {
        for step in 1...steps {
            try await Task.sleep(for: pause)
            context.reportProgress(JobProgress(step: step, of: steps))
        }
        return JobResult(steps: steps, done: true)
    }
}

/// The progress of a job.
struct JobProgress: Codable, Sendable {
    let step: Int
    let of: Int
}

/// The result of a job.
struct JobResult: Codable, Sendable {
    let steps: Int
    let done: Bool
}
