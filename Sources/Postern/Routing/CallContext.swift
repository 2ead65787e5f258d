/// What a handler may want to know about the call it answers.
///
/// A handler whose first parameter is of this type gets one. Whether the caller has lost interest is told by
/// `Task.isCancelled`, as everywhere in Swift.
///
/// It may be kept: neither the arguments of the call nor its connection are kept with it.
public struct CallContext: Sendable {
    /// Path of the method, as the caller wrote it.
    public let method: String
    /// When the caller stops waiting; `nil` for no limit.
    public var deadline: ContinuousClock.Instant? { deadlineMoment?.instant }
    /// Whether nobody waits for a reply.
    public let isNotification: Bool
    /// The other end of the connection the call came over, where it can be called back.
    ///
    /// Behind a gateway in another process that is the gateway, not its client: there a client passes a function.
    public let caller: Caller?
    private let deadlineMoment: Moment?
    private let progress: Call.ProgressSink?
    private let codec: any PayloadCodec.Type

    @usableFromInline
    init(_ call: Call) {
        method = call.method
        deadlineMoment = call.deadlineMoment
        isNotification = call.isNotification
        caller = call.caller
        progress = call.progress
        codec = call.arguments.codec
    }

    /// Tells the caller how far the handler is, if it asked to be told.
    ///
    /// Values arrive in the order of the calls, none after the reply. One that cannot be encoded is left out.
    public func reportProgress(_ value: some Encodable) {
        guard let progress else { return }
        let payload: Payload
        do throws(PayloadError) { payload = try Payload(encoding: value, as: codec) } catch {
            guard error.reason == .noConnection, let caller else { return }
            guard let arguments = try? caller.link.connection?.payload(encoding: value) else { return }
            payload = arguments
        }
        progress(payload)
    }
}
