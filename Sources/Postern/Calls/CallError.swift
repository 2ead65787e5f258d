/// The one error that a call can end with, here or over there.
///
/// The code is open: codes outside -32768 … -32000 belong to applications. The message is for people and may cross
/// the wire; nothing secret goes in it.
public struct CallError: Error, Sendable {
    /// What went wrong.
    public var code: Code
    /// For people: never parsed, never holding a secret.
    public var message: String
    /// Whether the handler ran.
    public var executed: Executed
    /// More about the fault, encoded; what it holds is between the two applications.
    public var details: Payload?
    /// What only some errors have.
    var background: Background?

    /// Makes an error; `executed` is taken from the code where it is left out.
    public init(_ code: Code, _ message: String, executed: Executed? = nil, details: Payload? = nil) {
        self.code = code
        self.message = message
        self.executed = executed ?? code.usualExecution
        self.details = details
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
        self.init(code, error.message, executed: .no)
    }

    /// Turns whatever a handler threw into what may be told to its caller.
    ///
    /// A `CallError` and what a ``CallErrorConvertible`` offers go out as they are; of anything else only the
    /// name of its type is told, in the details.
    public init(thrownByHandler error: any Error) {
        switch error {
        case let error as CallError: self = error
        case let error as any CallErrorConvertible:
            self = error.callError
            origin = error
        case is CancellationError: self.init(.cancelled, "The call was cancelled", executed: .yes)
        default:
            self.init(.handlerFailed, "The handler failed", executed: .yes, details: Self.typeOnly(of: error))
            origin = error
        }
    }
}

/// An error of an application that chooses what its callers are told.
public protocol CallErrorConvertible: Error {
    /// What goes to the caller.
    var callError: CallError { get }
}
