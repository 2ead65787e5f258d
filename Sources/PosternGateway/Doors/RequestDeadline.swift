import LibWebSockets
import Postern

/// The time a request gives its call: `Connect-Timeout-Ms` or `Grpc-Timeout`, the smaller of the two.
enum RequestDeadline {
    /// When the caller stops waiting; `nil` when the request does not say.
    static func deadline(of request: HTTPRequestHead) throws(CallError) -> ContinuousClock.Instant? {
        let connect = try request["connect-timeout-ms"].map(milliseconds)
        let other = try request["grpc-timeout"].map(grpc)
        guard let time = connect ?? other else { return nil }
        return ContinuousClock.now.later(by: min(time, other ?? time))
    }

    /// At most ten digits, as Connect says.
    private static func milliseconds(_ text: String) throws(CallError) -> Duration {
        guard text.utf8.count <= 10, let number = Int64(text), number >= 0 else {
            throw CallError(.invalidRequest, "Connect-Timeout-Ms must be a number of milliseconds")
        }
        return .milliseconds(number)
    }

    /// At most eight digits and a unit, as gRPC says.
    private static func grpc(_ text: String) throws(CallError) -> Duration {
        guard text.utf8.count <= 9, let number = Int64(text.dropLast()), number >= 0 else { throw invalidGRPC }
        switch text.last {
        case "H": return .seconds(number * 3_600)
        case "M": return .seconds(number * 60)
        case "S": return .seconds(number)
        case "m": return .milliseconds(number)
        case "u": return .microseconds(number)
        case "n": return .nanoseconds(number)
        default: throw invalidGRPC
        }
    }

    private static let invalidGRPC = CallError(.invalidRequest, "Grpc-Timeout must be digits and a unit of HMSmun")
}
