package import Postern

/// An event of a topic or a stream, encoded once for all its subscribers.
///
/// Only the id of the subscription differs between the notifications: they share the text before and after it.
package struct TopicEvent: Sendable {
    private let head: [UInt8]
    private let tail: [UInt8]

    /// Encodes an event of a topic.
    ///
    /// - Parameters:
    ///   - item: The value, and its offset if the topic has history.
    ///   - epoch: The epoch of the topic; `nil` for a topic without history.
    /// - Throws: `PayloadError` if the value cannot be written as JSON.
    package init(_ item: StreamItem, epoch: String?) throws(PayloadError) {
        try self.init(item, epoch: epoch, notification: "rpc.event")
    }

    init(_ item: StreamItem, epoch: String?, notification: String) throws(PayloadError) {
        head = NotificationWriter.head(notification)
        var tail: [UInt8] = []
        // 64 bytes hold the names and numbers around the value; a value transcoded from MessagePack may still grow it.
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

    /// Returns the size of the notification for a subscription whose id has the given size, both in bytes.
    package func byteCount(subscriptionIDBytes: Int) -> Int { head.count + subscriptionIDBytes + tail.count }

    /// Appends the notification for one subscription.
    ///
    /// - Parameters:
    ///   - subscriptionID: The id, as written between quotes in JSON.
    ///   - output: The buffer that the notification is appended to.
    package func append(subscriptionID: Span<UInt8>, into output: inout [UInt8]) {
        output.append(copying: head.span)
        output.append(copying: subscriptionID)
        output.append(copying: tail.span)
    }
}
