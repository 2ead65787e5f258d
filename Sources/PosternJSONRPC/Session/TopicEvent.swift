package import Postern

/// One event of a topic, encoded once for all who have subscribed to it.
package struct TopicEvent: Sendable {
    private let head: [UInt8]
    private let tail: [UInt8]

    /// Encodes an event of a topic.
    ///
    /// - Parameters:
    ///   - item: The value, and its offset where the topic has history.
    ///   - epoch: The epoch of the topic; `nil` without history.
    /// - Throws: `PayloadError` when the value has no form in JSON.
    package init(_ item: StreamItem, epoch: String?) throws(PayloadError) {
        try self.init(item, epoch: epoch, notification: "rpc.event")
    }

    init(_ item: StreamItem, epoch: String?, notification: String) throws(PayloadError) {
        head = NotificationWriter.head(notification)
        var tail: [UInt8] = []
        tail.reserveCapacity(item.payload.bytes.count + 64)
        tail.append(text: #"","result":"#)
        if item.payload.bytes.isEmpty { JSON.writeNull(into: &tail) } else { try item.payload.appendJSON(to: &tail) }
        if let epoch {
            tail.append(text: #","epoch":"#)
            JSON.write(epoch, into: &tail)
        }
        if let offset = item.offset {
            tail.append(text: #","seq":"#)
            JSON.write(offset, into: &tail)
        }
        tail.append(text: "}}")
        self.tail = tail
    }

    /// How many bytes the notification has for a subscription with an id of this length.
    package func byteCount(subscriptionIDBytes: Int) -> Int { head.count + subscriptionIDBytes + tail.count }

    /// Appends the whole notification for one subscription.
    ///
    /// - Parameters:
    ///   - subscriptionID: The id as it stands between quotes in JSON.
    ///   - output: Where the notification is appended.
    package func append(subscriptionID: Span<UInt8>, into output: inout [UInt8]) {
        output.append(copying: head.span)
        output.append(copying: subscriptionID)
        output.append(copying: tail.span)
    }
}
