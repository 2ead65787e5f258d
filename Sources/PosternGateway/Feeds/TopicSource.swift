import Postern
import PosternJSONRPC

/// Where a topic is read: its path, and the dispatcher that has it.
struct TopicSource: Sendable {
    let topic: String
    let dispatcher: any Dispatcher

    /// Subscribes, from the next event on or from behind a place.
    ///
    /// - Returns: The events, and the place before the first of them: the one that was asked for if everything behind it
    ///   is still there.
    func subscribe(since place: StreamPosition?) async throws(CallError) -> (start: StreamPosition, events: ReplyStream)
    {
        var arguments = Payload(bytes: [], codec: JSON.self)
        var list = JSON.beginArray(into: &arguments.bytes)
        JSON.nextElement(&list, into: &arguments.bytes)
        JSON.write(topic, into: &arguments.bytes)
        if let place {
            JSON.nextElement(&list, into: &arguments.bytes)
            JSON.write(place.epoch, into: &arguments.bytes)
            JSON.nextElement(&list, into: &arguments.bytes)
            JSON.write(place.offset, into: &arguments.bytes)
        }
        JSON.endArray(list, into: &arguments.bytes)
        let call = Call("rpc/subscribe", arguments: arguments)
        guard case .stream(let stream) = try await dispatcher.dispatch(call) else {
            throw CallError(.internalError, "The topic gave no stream")
        }
        return (stream.position ?? StreamPosition(epoch: "", offset: 0), stream)
    }

    /// How long to wait before the next attempt to subscribe.
    static let retryDelay = Duration.milliseconds(200)
}
