/// One request: which method, with what, until when, and for whom.
public struct Call: Sendable {
    /// Path of the method, names joined by `/`, at most 128 UTF-8 bytes.
    public var method: String
    /// The encoded arguments; the result is encoded the same way.
    public var arguments: Payload
    /// When the caller stops waiting; `nil` for no limit.
    public var deadline: ContinuousClock.Instant? {
        get { deadlineMoment?.instant }
        set { deadlineMoment = newValue.map(Moment.init) }
    }
    /// Whether nobody waits for a reply.
    public var isNotification: Bool
    /// Whether only a method registered as safe may answer: what a plain GET may reach.
    public var requiresSafeMethod: Bool
    /// The other end of the connection the call came over, where it can be called back.
    public var caller: Caller?
    /// Takes what the handler reports on the way; `nil` when the caller did not ask for it.
    public var progress: (@Sendable (Payload) -> Void)?
    /// ``deadline``, as it is stored.
    package var deadlineMoment: Moment?
    /// What the path leads to when it is a reference; `nil` for the methods of the dispatcher.
    package var target: ReferenceHandle?

    /// Takes encoded progress values, in order, from any thread.
    package typealias ProgressSink = @Sendable (Payload) -> Void

    /// Describes one call.
    public init(
        _ method: String,
        arguments: Payload,
        deadline: ContinuousClock.Instant? = nil,
        isNotification: Bool = false,
        requiresSafeMethod: Bool = false,
        caller: Caller? = nil,
        progress: (@Sendable (Payload) -> Void)? = nil
    ) {
        self.init(
            method,
            arguments: arguments,
            until: deadline.map(Moment.init),
            isNotification: isNotification,
            requiresSafeMethod: requiresSafeMethod,
            caller: caller,
            progress: progress
        )
    }

    /// Describes one call whose deadline is at hand as it is stored.
    package init(
        _ method: String,
        arguments: Payload,
        until deadline: Moment?,
        isNotification: Bool = false,
        requiresSafeMethod: Bool = false,
        caller: Caller? = nil,
        progress: ProgressSink? = nil
    ) {
        self.method = method
        self.arguments = arguments
        deadlineMoment = deadline
        self.isNotification = isNotification
        self.requiresSafeMethod = requiresSafeMethod
        self.caller = caller
        self.progress = progress
    }
}

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
