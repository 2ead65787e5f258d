public import Postern

/// HTTP statuses from the Connect protocol's table.
public enum ConnectStatus {
    /// The status of an HTTP answer whose body is the error object.
    public static func http(for error: CallError) -> Int {
        switch error.code.name {
        case "canceled": 499
        case "invalid_argument", "failed_precondition", "out_of_range": 400
        case "unauthenticated": 401
        case "permission_denied": 403
        case "not_found": 404
        case "already_exists", "aborted": 409
        case "resource_exhausted": 429
        case "unimplemented": 501
        case "unavailable": 503
        case "deadline_exceeded": 504
        default: 500
        }
    }
}
