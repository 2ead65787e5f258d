import CLibWebSockets

/// Counts what the other end of a TCP connection has acknowledged.
struct SocketProgress {
    private var moved: UInt64 = 0
    private var unacknowledged: Int32 = 0

    /// The bytes that have been acknowledged so far.
    ///
    /// Where the system does not count them, every change of what is under way is taken for progress.
    mutating func read(_ descriptor: Int32) -> UInt64 {
        let counted = postern_bytes_acknowledged(descriptor)
        guard counted == 0 else { return counted }
        let before = unacknowledged
        unacknowledged = Self.unacknowledgedBytes(descriptor)
        moved += UInt64((unacknowledged - before).magnitude)
        return moved
    }

    /// Bytes that the system holds for the other end, not yet acknowledged.
    static func unacknowledgedBytes(_ descriptor: Int32) -> Int32 { postern_unacknowledged(descriptor) }
}
