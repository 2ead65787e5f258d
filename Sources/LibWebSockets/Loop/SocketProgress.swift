import CLibWebSockets

/// A counter of the bytes that the peer of a TCP connection has acknowledged.
struct SocketProgress {
    private var moved: UInt64 = 0
    private var unacknowledged: Int32 = 0

    /// Returns the number of bytes that have been acknowledged.
    ///
    /// Where the system does not count them, as for Unix sockets, each change of the number of unacknowledged bytes
    /// counts as progress.
    mutating func read(_ descriptor: Int32) -> UInt64 {
        let counted = postern_bytes_acknowledged(descriptor)
        guard counted == 0 else { return counted }
        let before = unacknowledged
        unacknowledged = Self.unacknowledgedBytes(descriptor)
        moved += UInt64((unacknowledged - before).magnitude)
        return moved
    }

    /// Returns the number of bytes that have been sent and not acknowledged.
    static func unacknowledgedBytes(_ descriptor: Int32) -> Int32 { postern_unacknowledged(descriptor) }
}
