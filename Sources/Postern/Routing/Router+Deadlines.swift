extension Router {
    /// Runs a method against a deadline, that of its call.
    @inline(never)
    func race(
        _ method: RegisteredMethod,
        _ run: @escaping RegisteredMethod.LongBody,
        _ call: Call,
        until deadline: Moment
    ) async throws(CallError) -> Reply {
        try await DeadlineRace(queue: deadlines, deadline: deadline.instant).run(
            keepingExecutor: !method.mayBlock
        ) { () async throws(CallError) in try await run(call) }
    }
}
