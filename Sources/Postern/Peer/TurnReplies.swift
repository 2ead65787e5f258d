/// The answers of short methods in one turn of a connection's owner, written in place.
struct TurnReplies: Sendable {
    /// Whole frames.
    var bytes: [UInt8] = []
    /// The largest frame that the other side takes, in bytes after its length.
    var frameLimit: Int
}
