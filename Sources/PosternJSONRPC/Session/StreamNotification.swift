package import Postern

/// Notifications of subscriptions that belong to no session, as a stream of server-sent events carries them.
package enum StreamNotification {
    /// An item of what a stream method gives.
    package static func item(_ item: StreamItem, of method: String) throws(PayloadError) -> TopicEvent {
        try TopicEvent(item, epoch: nil, notification: Subscription.notification(of: method))
    }

    /// Appends the end of what a stream method gives.
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

    /// Appends a gap in a topic.
    package static func append(_ gap: SubscriptionGap, _ subscriptionID: [UInt8], into output: inout [UInt8]) {
        let subscription = Subscription(id: subscriptionID, notification: "rpc.event", source: .topic(""))
        NotificationWriter.append(gap, to: subscription, into: &output)
    }
}
