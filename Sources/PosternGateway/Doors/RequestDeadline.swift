import LibWebSockets
import Postern

/// The deadline of a call in the header of its request: `Connect-Timeout-Ms` or `Grpc-Timeout`.
enum RequestDeadline {
    /// Returns the earlier deadline of the two fields; `nil` if the request has neither.
    ///
    /// - Throws: `.invalidRequest` for a malformed field.
    static func deadline(of request: HTTPRequestHead) throws(CallError) -> ContinuousClock.Instant? {
        let connect = try request["connect-timeout-ms"].map(milliseconds)
        let other = try request["grpc-timeout"].map(grpc)
        guard let time = connect ?? other else { return nil }
        return ContinuousClock.now.later(by: min(time, other ?? time))
    }

    /// Parses at most ten digits, which is the format of Connect.
    private static func milliseconds(_ text: String) throws(CallError) -> Duration {
        guard text.utf8.count <= 10, let number = Int64(text), number >= 0 else {
            throw CallError(.invalidRequest, "Connect-Timeout-Ms must be a number of milliseconds")
        }
        return .milliseconds(number)
    }

    /// Parses at most eight digits and a unit, which is the format of gRPC.
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
