import Postern
import PosternJSONRPC

/// The path of a topic, and the dispatcher through which it is read.
struct TopicSource: Sendable {
    let topic: String
    let dispatcher: any Dispatcher

    /// Subscribes to the topic.
    ///
    /// - Parameter place: The position after which to begin; `nil` to begin with the next event.
    /// - Returns: The events, and the position before the first of them, which differs from the requested one if events
    ///   are no longer available.
    /// - Throws: The error of the dispatcher.
    func subscribe(since place: StreamPosition?) async throws(CallError) -> (start: StreamPosition, events: ReplyStream)
    {
        // The arguments are MessagePack, so that the dispatcher returns the events as they were published: an
        // `EventWriter` writes them as JSON, up to its limit.
        var arguments = Payload(bytes: [], codec: MessagePack.self)
        var list = MessagePack.beginArguments(named: false, into: &arguments.bytes)
        MessagePack.nextElement(&list, into: &arguments.bytes)
        MessagePack.write(topic, into: &arguments.bytes)
        if let place {
            MessagePack.nextElement(&list, into: &arguments.bytes)
            MessagePack.write(place.epoch, into: &arguments.bytes)
            MessagePack.nextElement(&list, into: &arguments.bytes)
            MessagePack.write(place.offset, into: &arguments.bytes)
        }
        MessagePack.endArguments(list, named: false, into: &arguments.bytes)
        let call = Call("rpc/subscribe", arguments: arguments)
        guard case .stream(let stream) = try await dispatcher.dispatch(call) else {
            throw CallError(.internalError, "The topic returned no stream")
        }
        return (stream.position ?? StreamPosition(epoch: "", offset: 0), stream)
    }

    /// The time before the next attempt to subscribe.
    static let retryDelay = Duration.milliseconds(200)
}
