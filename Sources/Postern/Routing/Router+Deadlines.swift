extension Router {
    /// Runs a method against the deadline of its call.
    @inline(never)
    func race(
        _ method: RegisteredMethod,
        _ run: @escaping RegisteredMethod.LongBody,
        _ call: Call
    ) async throws(CallError) -> Reply {
        guard let deadline = call.deadline else { return try await run(call) }
        return try await DeadlineRace(queue: deadlines, deadline: deadline).run(
            keepingExecutor: !method.mayBlock
        ) { () async throws(CallError) in try await run(call) }
    }
}
