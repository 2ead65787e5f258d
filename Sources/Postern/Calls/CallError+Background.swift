extension CallError {
    /// More about the fault, encoded; what it holds is between the two applications.
    public var details: Payload? {
        get { background?.content.details }
        set { change { $0.details = newValue } }
    }

    /// The ends through which the error came, beginning with the one whose handler failed: the call path.
    ///
    /// An end that serves a call adds itself. Empty for errors of this end, and for those of a connection: a call that
    /// was refused before its method was looked for, or got no answer.
    public var hops: [Hop] {
        get { background?.content.hops ?? [] }
        set { change { $0.hops = newValue } }
    }

    /// The identifier under which the error is in the log of the process whose handler failed; `nil` for an error that is
    /// not logged as a fault.
    public var traceID: String? {
        get { background?.content.traceID }
        set { change { $0.traceID = newValue } }
    }

    /// What the handler threw; never leaves this process but as a trace.
    var origin: (any Error)? {
        get { background?.content.origin }
        set { change { $0.origin = newValue } }
    }

    /// The result that is still to be encoded, when that is all that went wrong.
    var unfinished: UnfinishedResult? {
        get { background?.content.unfinished }
        set { change { $0.unfinished = newValue } }
    }

    /// The error with the path of the method whose handler threw it, for a place that will not know it.
    package func thrown(at method: String, after duration: Duration? = nil) -> CallError {
        var error = self
        error.change { content in
            content.method = content.method ?? method
            content.duration = content.duration ?? duration
        }
        return error
    }

    /// Changes what only some errors have.
    mutating func change(_ body: (inout Background.Content) -> Void) {
        var content = background?.content ?? Background.Content()
        body(&content)
        background = Background(content)
    }

    /// What only some errors have, behind one reference: the result of every call has room for an error.
    final class Background: Sendable {
        struct Content: Sendable {
            var details: Payload?
            var hops: [Hop] = []
            var origin: (any Error)?
            var unfinished: UnfinishedResult?
            var traceID: String?
            /// The path of the method whose handler threw it.
            var method: String?
            /// How long the handler took.
            var duration: Duration?
            /// Whether an observer has it, here or at the end that it came from.
            var isReported = false
        }

        let content: Content

        init(_ content: Content) { self.content = content }
    }
}
