/// What becomes of errors once a handler has started: the one place that decides ``executed`` for them.
extension CallError {
    /// Turns what a handler threw into what its caller may see.
    ///
    /// A `CallError` and what a ``CallErrorConvertible`` offers go out as they are; of anything else only the name of
    /// its type is sent, in the details. The handler ran, so ``executed`` is `yes`, whatever the code is and whatever
    /// became of calls that the handler made; only an `executed` that the handler itself has given is kept.
    @usableFromInline
    package init(thrownByHandler error: any Error) {
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

/// Errors of results, in the same words wherever they are found: by the encoder of a handler's result, by a peer that
/// sends it, or by a gateway that writes it in another encoding.
extension CallError {
    /// The error of a result that is larger than a message may be.
    package static func responseTooLarge(ran: Executed = .yes) -> CallError {
        CallError(.responseTooLarge, "The result is larger than allowed", ran: ran)
    }

    /// The error of a result behind which too much waits to be sent.
    package static let noRoomForAnswer = CallError(.busy, "Too many bytes wait to be sent before the result", ran: .yes)

    /// The error of a result that an encoding has no form for; why is not for callers.
    package static func unwritableResult(_ reason: PayloadError) -> CallError {
        var error = CallError(.internalError, "The result cannot be written", ran: .yes)
        error.origin = reason
        return error
    }

    /// The error of a result that could not be encoded, by the reason of the fault.
    package init(ofResult error: PayloadError) {
        switch error.reason {
        case .tooManyReferences: self.init(.tooManyReferences, error.message, ran: .yes)
        case .noConnection: self.init(.invalidRequest, error.message, ran: .yes)
        default: self = .unwritableResult(error)
        }
    }
}

extension CallError {
    /// The error of a call by a way that is open to safe methods only, as GET is, of a method that may have effects.
    static func notSafe(_ path: String) -> CallError {
        CallError(
            .methodNotFound,
            "\(MethodPath.shown(path)) is not registered as safe, so it cannot be called this way; use POST",
            executed: .no,
            details: try? Payload(encoding: Value.map([.init(allow, .string(remedy))]), as: MessagePack.self)
        )
    }

    /// Whether the method exists, and only the way of calling it was wrong.
    package var isNotSafe: Bool {
        guard code == .methodNotFound, executed == .no, let details else { return false }
        return (try? Value(decoding: details))?[Self.allow] == .string(Self.remedy)
    }

    private static let allow = "allow"
    private static let remedy = "POST"
}

/// Which failed calls are reported, decided where their errors become answers.
extension CallError {
    /// The error as its caller gets it: reported, if a handler here failed with it and no report was made yet.
    ///
    /// A fault is ``Incident/Kind/handlerFailed``, and its caller gets the identifier that is in the report. An error
    /// that a handler has chosen for its callers is ``Incident/Kind/callFailed``. What was refused before a handler
    /// started, what its caller cancelled, and what came from another end is not reported.
    ///
    /// - Parameters:
    ///   - method: Path of the method that was called.
    ///   - duration: How long the call took; `nil` for a short one, which was not measured.
    ///   - observer: Takes the report; without one nothing is done.
    /// - Returns: The error for the caller.
    package func reported(
        method: @autoclosure () -> String,
        after duration: Duration? = nil,
        to observer: (any IncidentObserver)?
    ) -> CallError {
        guard let observer, isReportable else { return self }
        let method = background?.content.method ?? method()
        let duration = duration ?? background?.content.duration
        var error = self
        error.change { content in
            content.isReported = true
            if isFault { content.traceID = content.traceID ?? Self.newTraceID() }
        }
        var fields: [Incident.Field: String] = [.method: method, .code: "\(code.rawValue)", .error: logText]
        fields[.durationMs] = duration.map { "\(Int64($0 / .milliseconds(1)))" }
        fields[.traceId] = error.traceID
        observer.observe(Incident(isFault ? .handlerFailed : .callFailed, cause: method, fields))
        return error
    }

    private var isReportable: Bool {
        executed == .yes && code != .cancelled && background?.content.isReported != true && unfinished == nil
    }

    /// Whether the handler has made a mistake, and has not chosen this error for its callers.
    private var isFault: Bool {
        code == .internalError || code == .handlerFailed && !(origin is any CallErrorConvertible)
    }

    /// As many random digits as a trace of W3C Trace Context has.
    private static func newTraceID() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: 1 ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
