import Postern
import PosternJSONRPC

/// A reader of one topic: a subscription of a WebSocket session, or an event stream.
protocol TopicReader: AnyObject {
    /// Called when the subscription begins.
    ///
    /// - Parameters:
    ///   - position: The position before the first event.
    ///   - recovered: Whether no event is missing since the position that the reader specified; `nil` if it specified
    ///     none.
    func topicJoined(at position: StreamPosition, recovered: Bool?)
    /// Called when the subscription cannot begin, for example because the topic does not exist.
    func topicRefused(_ error: CallError)
    /// Called when the topic is unreachable.
    ///
    /// - Returns: Whether the reader waits until it is reachable; otherwise the subscription has ended.
    func topicUnreachable(_ error: CallError) -> Bool
    /// Called for each event, which has been encoded once for all readers.
    func topicEvent(_ event: TopicEvent, at position: StreamPosition)
    /// Called before an event if earlier ones are missing.
    func topicGap(_ gap: SubscriptionGap, before position: StreamPosition)
    /// Called when the topic has ended.
    func topicEnded(_ error: CallError?)
    /// The identity of the reader's connection.
    var client: ObjectIdentifier { get }
    /// The number of unsent bytes of the reader's connection.
    var queuedBytes: Int { get }
}
