package import Postern

/// The notifications of a subscription outside a session, for streams of server-sent events.
package enum StreamNotification {
    /// Returns the notification of an item of a stream.
    ///
    /// - Parameters:
    ///   - item: The item.
    ///   - method: The method that returned the stream.
    ///   - limit: The maximum size of the item in JSON, in bytes.
    /// - Returns: The notification.
    /// - Throws: `PayloadError` if the item is too large or cannot be written as JSON.
    package static func item(
        _ item: StreamItem,
        of method: String,
        atMost limit: Int
    ) throws(PayloadError) -> TopicEvent {
        try TopicEvent(item, epoch: nil, notification: Subscription.notification(of: method), atMost: limit)
    }

    /// Appends the notification that a stream has ended, with an error or without.
    package static func appendEnd(
        _ error: CallError?,
        of method: String,
        _ subscriptionID: [UInt8],
        into output: inout [UInt8]
    ) {
        let subscription = Subscription(
            id: subscriptionID,
            notification: Subscription.notification(of: method),
            source: .stream(epoch: nil)
        )
        NotificationWriter.appendEnd(of: subscription, error: error, into: &output)
    }

    /// Appends the notification of a gap in a topic.
    package static func append(_ gap: SubscriptionGap, _ subscriptionID: [UInt8], into output: inout [UInt8]) {
        let subscription = Subscription(id: subscriptionID, notification: "rpc.event", source: .topic(""))
        NotificationWriter.append(gap, to: subscription, into: &output)
    }
}
