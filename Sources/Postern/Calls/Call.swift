/// A request to run one method.
public struct Call: Sendable {
    /// The path of the method, names joined by `/`, at most 128 UTF-8 bytes.
    public var method: String
    /// The encoded arguments; the result has the same encoding.
    public var arguments: Payload
    /// The time at which the caller stops waiting; `nil` for no limit.
    public var deadline: ContinuousClock.Instant? {
        get { deadlineMoment?.instant }
        set { deadlineMoment = newValue.map(Moment.init) }
    }
    /// Whether the caller does not wait for a reply.
    public var isNotification: Bool
    /// Whether the call may only run a method that is registered as safe, as a GET request may.
    public var requiresSafeMethod: Bool
    /// The caller, for calls in the other direction; `nil` if the call came over no connection that can carry them.
    public var caller: Caller?
    /// A function that receives encoded progress values, in order, from any thread; `nil` if the caller wants none.
    public var progress: (@Sendable (Payload) -> Void)?
    // Stored as a `Moment`, whose layout the compiler knows; `ContinuousClock.Instant` has a resilient one.
    package var deadlineMoment: Moment?
    /// The target of a call through a reference; `nil` for the methods of the dispatcher.
    package var target: ReferenceHandle?

    /// A function that receives encoded progress values, in order, from any thread.
    package typealias ProgressSink = @Sendable (Payload) -> Void

    /// Creates a call.
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

    /// Creates a call with a deadline in its stored form.
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

/// The properties that calls of a handler inherit from the call that it serves.
struct ServingContext: Sendable {
    /// The depth of the calls that the handler makes.
    let depth: Int
    /// The time at which the caller of the handler stops waiting.
    let deadline: Moment?

    /// The context of the handler that runs in this task; `nil` outside of handlers.
    @TaskLocal static var current: ServingContext?
}

extension Call {
    /// The deadline of the call, or else that of the call that the current task serves.
    package var deadlineInContext: ContinuousClock.Instant? { deadline ?? Self.deadlineOfContext }

    /// The deadline of the call that the current task serves.
    package static var deadlineOfContext: ContinuousClock.Instant? { ServingContext.current?.deadline?.instant }
}
