internal import Postern

/// Writes the responses and notifications of subscriptions.
enum NotificationWriter {
    /// Returns the text of a notification before the id of its subscription.
    static func head(_ notification: String) -> [UInt8] {
        var head: [UInt8] = []
        head.append(text: #"{"jsonrpc":"2.0","method":"#)
        JSON.write(notification, into: &head)
        head.append(text: #","params":{"subscription":""#)
        return head
    }

    /// Appends the response to a call that opened a subscription.
    ///
    /// - Parameters:
    ///   - subscriptionID: The id, as written between quotes in JSON.
    ///   - position: The position after which events follow; `nil` for a source without history.
    ///   - recovered: Whether no event after the client's own position is missing; `nil` if it sent none.
    ///   - id: The bytes of the request's id.
    ///   - output: The buffer that the response is appended to.
    static func appendOpened(
        _ subscriptionID: [UInt8],
        _ position: StreamPosition?,
        recovered: Bool?,
        to id: [UInt8],
        into output: inout [UInt8]
    ) {
        ResponseWriter.beginResult(id: id.span, into: &output)
        // Subscription ids are stored as written in JSON, so that they need no escaping here.
        output.append(text: #"{"subscription":""#)
        output.append(copying: subscriptionID.span)
        output.append(Byte.quote)
        if let position { append(position, into: &output) }
        if let recovered { output.append(text: recovered ? #","recovered":true"# : #","recovered":false"#) }
        output.append(text: "}}")
    }

    /// Appends the notification that a subscription has ended, with an error or without.
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

    /// Appends the notification of a gap.
    static func append(_ gap: SubscriptionGap, to subscription: Subscription, into output: inout [UInt8]) {
        begin(subscription, into: &output)
        output.append(text: #","gap":{"from":"#)
        JSON.write(gap.from, into: &output)
        if let last = gap.to, let dropped = gap.dropped {
            output.append(text: #","to":"#)
            JSON.write(last, into: &output)
            output.append(text: #","dropped":"#)
            JSON.write(dropped, into: &output)
        }
        output.append(text: #","reason":"#)
        JSON.write(gap.reason, into: &output)
        output.append(Byte.closeBrace)
        if let next = gap.next { append(next, into: &output) }
        output.append(text: "}}")
    }

    private static func append(_ position: StreamPosition, into output: inout [UInt8]) {
        output.append(text: #","epoch":"#)
        JSON.write(position.epoch, into: &output)
        output.append(text: #","seq":"#)
        JSON.write(position.offset, into: &output)
    }

    private static func begin(_ subscription: Subscription, into output: inout [UInt8]) {
        output.append(copying: head(subscription.notification).span)
        output.append(copying: subscription.id.span)
        output.append(Byte.quote)
    }
}
