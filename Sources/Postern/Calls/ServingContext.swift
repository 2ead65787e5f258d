/// What a handler's own calls inherit from the call that it serves.
struct ServingContext: Sendable {
    /// How deep a call is that the handler makes.
    let depth: Int
    /// When the caller stops waiting.
    let deadline: Moment?

    /// The context of the handler that runs in this task.
    @TaskLocal static var current: ServingContext?
}

extension Call {
    /// When the caller stops waiting, where that is inherited from the call being served too.
    package var deadlineInContext: ContinuousClock.Instant? { deadline ?? Self.deadlineOfContext }

    /// When the caller of the call being served stops waiting.
    package static var deadlineOfContext: ContinuousClock.Instant? { ServingContext.current?.deadline?.instant }
}
