import LibWebSockets
import Postern

/// Header fields that promise something, which is not done yet: a call that relies on one must not run.
enum UnsupportedFields {
    /// The answer to a request that has one.
    static func refusal(of request: HTTPRequestHead) -> HTTPResponse? {
        guard request.range(of: "idempotency-key") != nil else { return nil }
        return HTTPError.response(
            .badRequest,
            .invalidParameters,
            "Idempotency-Key is not supported, so nothing was run: leave it out"
        )
    }
}
