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
        var fields: [Incident.Field: String] = [.method: method, .code: "\(code.rawValue)", .error: ownText]
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
