/// What a handler may want to know about the call it answers.
///
/// A handler whose first parameter is of this type gets one. Whether the caller has lost interest is told by
/// `Task.isCancelled`, as everywhere in Swift.
public struct CallContext: Sendable {
    private let call: Call

    @usableFromInline
    init(_ call: Call) { self.call = call }

    /// Path of the method, as the caller wrote it.
    public var method: String { call.method }
    /// When the caller stops waiting; `nil` for no limit.
    public var deadline: ContinuousClock.Instant? { call.deadline }
    /// Whether nobody waits for a reply.
    public var isNotification: Bool { call.isNotification }
    /// The other end of the connection the call came over, where it can be called back.
    ///
    /// Behind a gateway in another process that is the gateway, not its client: there a client passes a function.
    public var caller: Caller? { call.caller }

    /// Tells the caller how far the handler is, if it asked to be told.
    ///
    /// Values arrive in the order of the calls, none after the reply. One that cannot be encoded is left out.
    public func reportProgress(_ value: some Encodable) {
        guard let sink = call.progress else { return }
        let payload: Payload
        do throws(PayloadError) { payload = try Payload(encoding: value, as: call.arguments.codec) } catch {
            guard error.reason == .noConnection, let caller = call.caller else { return }
            guard let arguments = try? caller.connection.payload(encoding: value) else { return }
            payload = arguments
        }
        sink(payload)
    }
}
