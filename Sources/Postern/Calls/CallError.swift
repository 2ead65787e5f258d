/// The one error that a call can end with, here or over there.
///
/// The code is open: codes outside -32768 … -32000 belong to applications. The message is for people and may cross
/// the wire; nothing secret goes in it.
public struct CallError: Error, Sendable {
    /// What went wrong.
    public var code: Code
    /// For people: never parsed, never holding a secret.
    public var message: String
    /// Whether the handler ran; what a handler sets here is kept, see `init(thrownByHandler:)`.
    public var executed: Executed { didSet { isStated = true } }
    /// Whether `executed` was said by the author of the error, and is not what its code or this library makes of it.
    var isStated: Bool
    /// The name, where it is not that of the code.
    var chosenName: Name?
    /// What only some errors have.
    var background: Background?

    /// Makes an error.
    ///
    /// A handler that has had no effect may say so with `executed: .no`, and its caller may send the call again.
    ///
    /// - Parameters:
    ///   - code: What went wrong; codes outside -32768 … -32000 are the application's.
    ///   - message: For people; crosses the wire.
    ///   - name: One of sixteen words, which decides the HTTP status of a call by path; that of the code where it is left
    ///     out, which is `.unknown` and 500 for the application's.
    ///   - executed: Whether the handler ran; taken from the code where it is left out.
    ///   - details: More about it, encoded.
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

    /// Makes an error of this library, which knows whether the handler of the call that failed ran.
    ///
    /// It says nothing of the handler that made that call, should the error leave it.
    package init(_ code: Code, _ message: String, name: Name? = nil, ran: Executed, details: Payload? = nil) {
        self.init(code, message, name: name, executed: ran, details: details)
        isStated = false
    }

    /// Did the handler run? Decides whether a call may be sent again.
    public enum Executed: String, Hashable, Sendable {
        /// It certainly did not: sending again is safe.
        case no
        /// It did.
        case yes
        /// Nobody knows: the connection was lost on the way.
        case unknown
    }

    /// Makes the error for a fault in a call's arguments.
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

/// An error of an application that chooses what its callers are told.
public protocol CallErrorConvertible: Error {
    /// What goes to the caller.
    var callError: CallError { get }
}

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
