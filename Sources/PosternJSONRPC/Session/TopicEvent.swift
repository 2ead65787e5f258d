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
    ///   - limit: The maximum size of the value in JSON, in bytes.
    /// - Throws: `PayloadError` if the value is too large or cannot be written as JSON.
    package init(_ item: StreamItem, epoch: String?, atMost limit: Int) throws(PayloadError) {
        try self.init(item, epoch: epoch, notification: "rpc.event", atMost: limit)
    }

    init(_ item: StreamItem, epoch: String?, notification: String, atMost limit: Int) throws(PayloadError) {
        head = NotificationWriter.head(notification)
        var tail: [UInt8] = []
        // 64 bytes hold the names and numbers around the value; a value transcoded from MessagePack may still grow it.
        tail.reserveCapacity(min(item.payload.bytes.count, limit) + 64)
        tail.append(text: #"","result":"#)
        let start = tail.count
        if item.payload.bytes.isEmpty {
            JSON.writeNull(into: &tail)
        } else {
            try item.payload.appendJSON(to: &tail, atMost: limit)
        }
        // Writing stops soon after the limit, not at it.
        guard tail.count - start <= limit else { throw .tooLarge }
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
        // An array that a large event fills would double; 64 bytes are for what surrounds the notification.
        if tail.count > ResponseWriter.largeBytes {
            output.reserveCapacity(output.count + byteCount(subscriptionIDBytes: subscriptionID.count) + 64)
        }
        output.append(copying: head.span)
        output.append(copying: subscriptionID)
        output.append(copying: tail.span)
    }
}
