package import Postern

/// The HTTP statuses of errors, from the table of the Connect protocol.
package enum ConnectHTTPStatus {
    /// Returns the status of a response whose body is the error object.
    package static func http(for error: CallError) -> Int {
        switch error.name {
        case .cancelled: 499
        case .invalidArgument, .failedPrecondition, .outOfRange: 400
        case .unauthenticated: 401
        case .permissionDenied: 403
        case .notFound: 404
        case .alreadyExists, .aborted: 409
        case .resourceExhausted: 429
        case .unimplemented: 501
        case .unavailable: 503
        case .deadlineExceeded: 504
        case .unknown, .internalError, .dataLoss: 500
        }
    }
}
