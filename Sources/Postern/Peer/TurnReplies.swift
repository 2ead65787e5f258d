/// The answers of short methods in one turn of a connection's owner, written in place.
struct TurnReplies: Sendable {
    /// Whole frames.
    var bytes: [UInt8] = []
    /// The largest frame that the other side takes, in bytes after its length.
    var frameLimit: Int
    /// How many bytes to make room for at once.
    let usualCount: Int

    init(of state: Peer.State) {
        frameLimit = state.outgoingFrameLimit
        usualCount = state.outbox.usualCount
    }

    /// Begins the frame of a reply, and returns its place.
    @inline(__always)
    mutating func beginReply(to id: UInt64) -> Int {
        if bytes.capacity == 0 { bytes.reserveCapacity(usualCount) }
        return FrameWriter.begin(.reply, fields: 3, id: id, into: &bytes)
    }
}
