/// A call of the other side that is being served here.
struct ServedCall<Handler: Sendable, Parked: Sendable>: Sendable {
    let isNotification: Bool
    /// The task that runs the handler, once it is known.
    var handler: Handler?
    /// Whether the caller no longer waits; nothing more is sent then.
    var isCancelled = false
    /// Items of the answer that may still be sent; `nil` while the answer is no stream.
    var credit: Int?
    /// The producer of the stream, when it waits for credit.
    var parked: Parked?
    /// What a stream ends with instead of its own end.
    var ending: CallError?
}
