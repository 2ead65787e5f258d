/// The one error that a call can end with, here or over there.
///
/// The code is open: codes outside -32768 … -32000 belong to applications. The message is for people and may cross
/// the wire; nothing secret goes in it.
public struct CallError: Error, Sendable {
    /// What went wrong.
    public var code: Code
    /// For people: never parsed, never holding a secret.
    public var message: String
    /// Whether the handler ran; what a handler sets here is kept, see ``init(thrownByHandler:)``.
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
    public init(_ error: PayloadError) {
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
