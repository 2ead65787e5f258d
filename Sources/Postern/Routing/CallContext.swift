/// Information about a call, for its handler.
///
/// A handler receives it as its first parameter, if that has this type. When the caller cancels the call, the task of
/// the handler is cancelled.
///
/// A context may outlive its call: it retains neither the arguments nor the connection.
public struct CallContext: Sendable {
    /// The path of the method as the caller wrote it.
    public let method: String
    /// The time at which the caller stops waiting, or `nil` for no limit.
    public var deadline: ContinuousClock.Instant? { deadlineMoment?.instant }
    /// Whether the call is a notification, to which no reply is sent.
    public let isNotification: Bool
    /// The peer that made the call, or `nil` if it cannot be called.
    ///
    /// In a service behind a gateway of another process, the peer is that gateway; a client passes a callback instead.
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
        // Only the codec: the arguments would keep their references retained.
        codec = call.arguments.codec
    }

    /// Sends a progress value to the caller, if it requested progress.
    ///
    /// Values arrive in order and before the reply. A value that cannot be encoded is discarded.
    public func reportProgress(_ value: some Encodable) {
        guard let progress else { return }
        let payload: Payload
        do throws(PayloadError) { payload = try Payload(encoding: value, as: codec) } catch {
            // The value contains a reference, which can only be encoded for the caller's connection.
            guard error.reason == .noConnection, let caller else { return }
            guard let arguments = try? caller.link.connection?.payload(encoding: value) else { return }
            payload = arguments
        }
        progress(payload)
    }
}
