internal import Postern

/// A call that a session waits for.
struct OpenRequest {
    /// The id as it came; empty for a notification.
    let id: [UInt8]
    var isCancelled = false
    /// What there is to know of a call beyond its id; `nil` for one that asks for nothing but its result.
    let details: RequestDetails?

    init(id: [UInt8], details: RequestDetails? = nil) {
        self.id = id
        self.details = details
    }

    var place: BatchPlace? { details?.place }
    var purpose: RequestDetails.Purpose { details?.purpose ?? .call }
    var isWaiting: Bool { details?.waiting != nil }

    var isTopic: Bool {
        if case .topic = purpose { true } else { false }
    }
}

/// What is rarely asked for in a call; a class, so that the table of calls stays small.
final class RequestDetails {
    /// Names joined by `/`.
    let method: String
    let purpose: Purpose
    /// Its place in a batch.
    let place: BatchPlace?
    /// The token of its progress as it came; `nil` when none was asked for.
    var progressToken: [UInt8]?
    /// What is needed to start it later; `nil` when it runs.
    var waiting: (call: Call, options: JSONRPCSession.CallOptions)?

    init(_ request: Request, purpose: Purpose = .call) {
        method = request.method
        self.purpose = purpose
        place = request.reception.place
    }

    /// What becomes of the reply.
    enum Purpose {
        case call
        case openRPC
        case modules
        case topic(SubscriptionTicket)
    }
}

/// Which entry of which batch.
struct BatchPlace {
    let batch: Int
    let generation: UInt64
    let entry: Int
}
