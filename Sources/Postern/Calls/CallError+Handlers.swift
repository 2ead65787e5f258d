// MARK: Errors of handlers

extension CallError {
    /// Creates the error for the caller of a handler that threw.
    ///
    /// A `CallError` and the error of a ``CallErrorConvertible`` are sent as they are. Of any other error, only the
    /// name of its type is sent, in the details, because its text may contain secrets.
    ///
    /// The handler ran, so ``executed`` becomes `yes`, whatever the error said of calls that the handler made. Only a
    /// value that the handler set itself is kept.
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

    /// Creates the error for the caller of a method whose stream threw.
    @usableFromInline
    init(thrownByHandler error: any Error, of call: Call) {
        self = CallError(thrownByHandler: error).thrown(at: call.method)
    }

    /// Creates the error of a call whose arguments are invalid, so that its handler did not run.
    @usableFromInline
    init(ofArguments error: any Error) { self = error as? CallError ?? CallError(thrownByHandler: error) }

    /// The error at the end of an open stream: the handler returned the stream, so it ran.
    package var asEndOfStream: CallError { CallError(self, ran: .yes) }

    /// Creates a copy of an error with what this library knows about the execution.
    private init(_ error: CallError, ran: Executed) {
        self = error
        executed = ran
        // Setting `executed` has set `isStated`, but the value is from the library and not from the author of the error.
        isStated = false
    }
}

// MARK: Errors of results

// Results are encoded by methods, sent by peers and transcoded by gateways: their errors are made here, so that callers
// receive the same ones from each.
extension CallError {
    /// Returns the error of a result that exceeds the size limit.
    package static func responseTooLarge(ran: Executed = .yes) -> CallError {
        CallError(.responseTooLarge, "The result is larger than allowed", ran: ran)
    }

    /// The error of a result that does not fit into the output buffer of its connection.
    package static let noRoomForAnswer = CallError(.busy, "Too many bytes wait to be sent before the result", ran: .yes)

    /// Returns the error of a result that cannot be encoded; the reason is reported in this process only.
    package static func unwritableResult(_ reason: PayloadError) -> CallError {
        var error = CallError(.internalError, "The result cannot be written", ran: .yes)
        error.origin = reason
        return error
    }

    /// Creates the error of a result whose encoding failed.
    package init(ofResult error: PayloadError) {
        switch error.reason {
        case .tooManyReferences: self.init(.tooManyReferences, error.message, ran: .yes)
        case .noConnection: self.init(.invalidRequest, error.message, ran: .yes)
        default: self = .unwritableResult(error)
        }
    }
}

// MARK: Safe methods

extension CallError {
    /// Returns the error of a call that requires a safe method, such as a GET request, to one that is not safe.
    static func notSafe(_ path: String) -> CallError {
        CallError(
            .methodNotFound,
            "\(MethodPath.shown(path)) is not registered as safe, so it cannot be called this way; use POST",
            executed: .no,
            details: try? Payload(encoding: Value.map([.init(allow, .string(remedy))]), as: MessagePack.self)
        )
    }

    /// Whether the method exists but cannot be called in this way.
    package var isNotSafe: Bool {
        // Recognised by its details, because the error may come from a server behind this one.
        guard code == .methodNotFound, executed == .no, let details else { return false }
        return (try? Value(decoding: details))?[Self.allow] == .string(Self.remedy)
    }

    private static let allow = "allow"
    private static let remedy = "POST"
}

// MARK: Reports

extension CallError {
    /// Reports the error to an observer, if a handler of this process failed with it, and returns it for the caller.
    ///
    /// A defect is reported as ``Incident/Kind/handlerFailed`` with an identifier, which the returned error carries
    /// too. An error that the handler chose for its callers is ``Incident/Kind/callFailed``. An error is not reported
    /// if the handler did not start, if the caller cancelled the call, or if the error was reported before, here or by
    /// the process that it came from.
    ///
    /// - Parameters:
    ///   - method: The path of the method that was called.
    ///   - duration: The duration of the call; `nil` for a short method, which is not measured.
    ///   - observer: The observer; `nil` disables reports.
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

    /// Whether the error is a defect of the handler and not one that it chose for its callers.
    private var isFault: Bool {
        code == .internalError || code == .handlerFailed && !(origin is any CallErrorConvertible)
    }

    /// Returns a random identifier of 32 hexadecimal digits, the format of W3C Trace Context.
    private static func newTraceID() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: 1 ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
