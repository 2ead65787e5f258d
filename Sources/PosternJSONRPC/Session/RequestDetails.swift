internal import Postern

/// The parts of a request that most requests do without; a class, to keep the table of requests small.
final class RequestDetails {
    /// Names joined by `/`.
    let method: String
    let purpose: Purpose
    /// The entry of a batch that the request is; `nil` outside a batch.
    let place: BatchPlace?
    /// The bytes of the progress token, as received; `nil` if the client did not request progress.
    var progressToken: [UInt8]?
    /// The call and its options while it waits; `nil` while it runs.
    var waiting: (call: Call, options: JSONRPCSession.CallOptions)?

    init(_ request: Request, purpose: Purpose = .call) {
        method = request.method
        self.purpose = purpose
        place = request.reception.place
    }

    /// How the reply becomes a response.
    enum Purpose {
        /// The reply is the result, or opens a subscription if it is a stream.
        case call
        /// The reply describes the router; the result is an OpenRPC document.
        case openRPC
        /// The reply describes the router; the result is the list of services.
        case modules
        /// The request joins a topic.
        case topic(SubscriptionTicket)
    }
}

/// The position of an entry: its batch in the session's table, and its index in the batch.
struct BatchPlace {
    let batch: Int
    let generation: UInt64
    var entry: Int
}
