internal import Postern

/// Events that a subscription did not get.
public struct SubscriptionGap: Hashable, Sendable {
    /// The offset of the first event that is missing.
    public var from: UInt64
    /// The offset of the last event that is missing.
    public var to: UInt64
    /// Why, in one word.
    public var reason: String

    /// Describes a gap.
    public init(from: UInt64, to: UInt64, reason: String) {
        self.from = from
        self.to = to
        self.reason = reason
    }

    /// How many events are missing.
    public var dropped: UInt64 { to >= from ? to - from &+ 1 : 0 }
}

/// Writes what subscriptions are told.
enum NotificationWriter {
    /// What stands before the id of the subscription.
    static func head(_ notification: String) -> [UInt8] {
        var head: [UInt8] = []
        head.append(text: #"{"jsonrpc":"2.0","method":"#)
        JSON.write(notification, into: &head)
        head.append(text: #","params":{"subscription":""#)
        return head
    }

    /// Appends the response to a call that opened a subscription.
    static func appendOpened(
        _ subscriptionID: [UInt8],
        _ position: StreamPosition?,
        recovered: Bool?,
        to id: [UInt8],
        into output: inout [UInt8]
    ) {
        ResponseWriter.beginResult(id: id.span, into: &output)
        output.append(text: #"{"subscription":""#)
        output.append(copying: subscriptionID.span)
        output.append(Byte.quote)
        if let position {
            output.append(text: #","epoch":"#)
            JSON.write(position.epoch, into: &output)
            output.append(text: #","seq":"#)
            JSON.write(position.offset, into: &output)
        }
        if let recovered { output.append(text: recovered ? #","recovered":true"# : #","recovered":false"#) }
        output.append(text: "}}")
    }

    static func appendEnd(of subscription: Subscription, error: CallError?, into output: inout [UInt8]) {
        begin(subscription, into: &output)
        if let error {
            output.append(text: #","error":"#)
            JSONRPCError.appendObject(error.asEndOfStream, into: &output)
        } else {
            output.append(text: #","done":true"#)
        }
        output.append(text: "}}")
    }

    static func append(_ gap: SubscriptionGap, to subscription: Subscription, into output: inout [UInt8]) {
        begin(subscription, into: &output)
        output.append(text: #","gap":{"from":"#)
        JSON.write(gap.from, into: &output)
        output.append(text: #","to":"#)
        JSON.write(gap.to, into: &output)
        output.append(text: #","dropped":"#)
        JSON.write(gap.dropped, into: &output)
        output.append(text: #","reason":"#)
        JSON.write(gap.reason, into: &output)
        output.append(text: "}}}")
    }

    private static func begin(_ subscription: Subscription, into output: inout [UInt8]) {
        output.append(copying: head(subscription.notification).span)
        output.append(copying: subscription.id.span)
        output.append(Byte.quote)
    }
}
