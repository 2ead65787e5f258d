/// What becomes of errors once a handler has started: the one place that decides ``executed`` for them.
extension CallError {
    /// Turns what a handler threw into what its caller may see.
    ///
    /// A `CallError` and what a ``CallErrorConvertible`` offers go out as they are; of anything else only the name of
    /// its type is sent, in the details. The handler ran, so ``executed`` is `yes`, whatever the code is and whatever
    /// became of calls that the handler made; only an `executed` that the handler itself has given is kept.
    public init(thrownByHandler error: any Error) {
        switch error {
        case let error as CallError: self = error
        case let error as any CallErrorConvertible:
            self = error.callError
            origin = error
        case is CancellationError: self.init(.cancelled, "The call was cancelled")
        default:
            self.init(.handlerFailed, "The handler failed", details: Self.typeOnly(of: error))
            origin = error
        }
        self = CallError(self, ran: isStated ? executed : .yes)
    }

    /// Does the same for what the sequence of a stream threw.
    @usableFromInline
    init(thrownByHandler error: any Error, of call: Call) {
        self = CallError(thrownByHandler: error).thrown(at: call.method)
    }

    /// The fault in the arguments of a call, whose handler has not started.
    @usableFromInline
    init(ofArguments error: any Error) { self = error as? CallError ?? CallError(thrownByHandler: error) }

    /// The error as the end of a stream that was open: the handler has answered with it, so it ran.
    package var asEndOfStream: CallError { CallError(self, ran: .yes) }

    /// The same error with what this library knows.
    private init(_ error: CallError, ran: Executed) {
        self = error
        executed = ran
        isStated = false
    }
}
