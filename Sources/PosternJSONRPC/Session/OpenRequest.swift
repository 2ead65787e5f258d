internal import Postern

/// A request that has no response yet.
struct OpenRequest {
    /// The bytes of the id, as received; empty for a notification.
    let id: [UInt8]
    /// Whether the client has cancelled the call.
    var isCancelled = false
    /// The rest of the request; `nil` for a call that needs nothing but its id to be answered.
    let details: RequestDetails?

    init(id: [UInt8], details: RequestDetails? = nil) {
        self.id = id
        self.details = details
    }

    var place: BatchPlace? { details?.place }
    var purpose: RequestDetails.Purpose { details?.purpose ?? .call }
    /// Whether the call waits until fewer calls of its batch run.
    var isWaiting: Bool { details?.waiting != nil }

    /// Whether the request joins a topic, which no handler runs for.
    var isTopic: Bool {
        if case .topic = purpose { true } else { false }
    }
}

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
    let entry: Int
}
