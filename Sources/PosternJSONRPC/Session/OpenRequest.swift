internal import Postern

/// A request that has no response yet.
struct OpenRequest {
    /// The bytes of the id, as received; empty for a notification.
    let id: [UInt8]
    /// The size of the arguments, in bytes.
    let argumentBytes: Int
    /// Whether the client has cancelled the call.
    var isCancelled = false
    /// The rest of the request; `nil` for a call that needs nothing but its id to be answered.
    let details: RequestDetails?

    init(id: [UInt8], argumentBytes: Int = 0, details: RequestDetails? = nil) {
        self.id = id
        self.argumentBytes = argumentBytes
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
