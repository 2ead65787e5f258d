/// What the bytes are for that a client makes the server hold.
package enum MemoryKind: Int, CaseIterable, Sendable {
    /// The arguments of calls in flight, streams included, and of calls that wait to begin, as ``bytes(ofArguments:)``.
    case arguments
    /// The responses of batches that are not complete.
    case responses
    /// Events that wait until the response to their subscription is sent.
    case events
    /// Output that the client has not read.
    case output
    /// Incomplete input: fragments of a message, a part of a body or of a frame.
    case input
    /// References in both directions, which have a tally of their own: any thread changes them.
    case references

    /// Returns the number of bytes that a call with arguments of a size makes the process hold.
    ///
    /// A handler decodes its arguments, and often passes them on: its process holds the message, the decoded value, and
    /// the bytes of a call that it makes with the value. 7 KiB are for the call itself: its entry, its task, and what a
    /// subscription to a topic takes.
    package static func bytes(ofArguments byteCount: Int) -> Int { callBytes + 3 * byteCount }

    /// Returns the size of the largest arguments for which there is room; negative if there is none for a call.
    package static func arguments(in room: Int) -> Int { room < callBytes ? -1 : (room - callBytes) / 3 }

    private static let callBytes = 7 << 10
}

/// The reason why a client may not make the server hold more bytes.
package enum MemoryRefusal: Hashable, Sendable {
    /// The budget of the connection has no room.
    case connectionFull
    /// The budget of the process has no room, and the connection holds more than its share.
    case processFull
    /// The connections of the client's address hold as much as those of one address may hold.
    case addressFull

    /// Whether a budget that the connection shares with others has no room.
    package var isOfSharedBudget: Bool { self == .processFull || self == .addressFull }
}
