/// The error of a failed call.
///
/// All calls, local and remote, throw this type. Codes outside -32768 … -32000 belong to applications. Code, name,
/// message and details are sent to the caller, so they must not contain secrets.
public struct CallError: Error, Sendable {
    /// The code of the error.
    public var code: Code
    /// A description for people, which programs must not parse.
    public var message: String
    /// Whether the handler ran.
    ///
    /// A value that a handler sets is sent to its caller; see ``Executed``.
    public var executed: Executed { didSet { isStated = true } }
    /// Whether `executed` was set by the author of the error; otherwise it was derived by this library.
    var isStated: Bool
    /// The name, if it differs from that of the code.
    var chosenName: Name?
    /// The properties that few errors have; `nil` if this one has none of them.
    var background: Background?

    /// Creates an error.
    ///
    /// A handler that had no effect may pass `executed: .no`; its caller may then send the call again.
    ///
    /// - Parameters:
    ///   - code: The code; applications use codes outside -32768 … -32000.
    ///   - message: A description for people, which is sent to the caller.
    ///   - name: The status name, which determines the HTTP status of a call by path. The default is the name of the
    ///     code: `.unknown`, with HTTP status 500, for codes of applications.
    ///   - executed: Whether the handler ran. The default depends on the code.
    ///   - details: More information, in a form that the two applications agree on.
    public init(
        _ code: Code,
        _ message: String,
        name: Name? = nil,
        executed: Executed? = nil,
        details: Payload? = nil
    ) {
        self.code = code
        self.message = message
        chosenName = name
        self.executed = executed ?? code.usualExecution
        isStated = executed != nil
        if let details { change { $0.details = details } }
    }

    /// Creates an error of this library, which knows whether the handler of the failed call ran.
    ///
    /// A handler that made the call and throws the error on has run itself, so `executed` is not regarded as stated.
    package init(_ code: Code, _ message: String, name: Name? = nil, ran: Executed, details: Payload? = nil) {
        self.init(code, message, name: name, executed: ran, details: details)
        isStated = false
    }

    /// Whether the handler of a call ran, which determines whether the call may be sent again.
    public enum Executed: String, Hashable, Sendable {
        /// The handler did not run, so sending the call again is safe.
        case no
        /// The handler ran.
        case yes
        /// It is unknown whether the handler ran, for instance because the connection was lost before the reply.
        case unknown
    }

    /// Creates the error of a call whose arguments are invalid.
    package init(_ error: PayloadError) {
        let code: Code =
            switch error.reason {
            case .malformed, .limitExceeded: .invalidRequest
            case .tooManyReferences: .tooManyReferences
            default: .invalidParameters
            }
        self.init(code, error.message, ran: .no)
    }
}

/// An error of an application that has a form for callers.
public protocol CallErrorConvertible: Error {
    /// The error that is sent to the caller.
    var callError: CallError { get }
}

extension CallError {
    /// More information about the error, in a form that the two applications agree on.
    public var details: Payload? {
        get { background?.content.details }
        set { change { $0.details = newValue } }
    }

    /// The peers through which the error was returned, starting with the one whose handler failed.
    ///
    /// Each peer that serves a call adds itself. The array is empty for errors of this process and for errors of a
    /// connection: a call that was refused before its method was looked up, or that received no reply.
    public var hops: [Hop] {
        get { background?.content.hops ?? [] }
        set { change { $0.hops = newValue } }
    }

    /// The identifier of the error in the log of the process whose handler failed; `nil` for an error that is not
    /// logged as a defect.
    public var traceID: String? {
        get { background?.content.traceID }
        set { change { $0.traceID = newValue } }
    }

    /// The time after which the call may be sent again, in milliseconds; only JSON clients receive it.
    package var retryAfterMilliseconds: Int? {
        get { background?.content.retryAfterMilliseconds }
        set { change { $0.retryAfterMilliseconds = newValue } }
    }

    /// The error that the handler threw; it is not sent, except as the text of a trace.
    var origin: (any Error)? {
        get { background?.content.origin }
        set { change { $0.origin = newValue } }
    }

    /// The result that is still to be encoded, if this error only marks such a result.
    var unfinished: UnfinishedResult? {
        get { background?.content.unfinished }
        set { change { $0.unfinished = newValue } }
    }

    /// Returns the error with the method whose handler threw it and the duration of the call, if it has none yet.
    ///
    /// Used where the report is made by code that does not know the call.
    package func thrown(at method: String, after duration: Duration? = nil) -> CallError {
        var error = self
        error.change { content in
            content.method = content.method ?? method
            content.duration = content.duration ?? duration
        }
        return error
    }

    /// Changes the properties that few errors have.
    mutating func change(_ body: (inout Background.Content) -> Void) {
        var content = background?.content ?? Background.Content()
        body(&content)
        background = Background(content)
    }

    /// The properties that few errors have.
    final class Background: Sendable {
        // Behind one reference, because every function that can throw reserves room for the error in its frame.
        struct Content: Sendable {
            var details: Payload?
            var hops: [Hop] = []
            var origin: (any Error)?
            var unfinished: UnfinishedResult?
            var traceID: String?
            var retryAfterMilliseconds: Int?
            /// The path of the method whose handler threw it.
            var method: String?
            /// The duration of the handler.
            var duration: Duration?
            /// Whether the error was reported, by this process or by the one that it came from.
            var isReported = false
        }

        let content: Content

        init(_ content: Content) { self.content = content }
    }
}
