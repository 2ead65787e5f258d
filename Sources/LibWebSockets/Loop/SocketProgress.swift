import CLibWebSockets

/// Counts what the other end of a TCP connection has acknowledged.
struct SocketProgress {
    private var moved: UInt64 = 0
    private var underWay: Int32 = 0

    /// The bytes that have been acknowledged so far.
    ///
    /// Where the system does not count them, every change of what is under way is taken for progress.
    mutating func read(_ descriptor: Int32) -> UInt64 {
        let counted = postern_bytes_acknowledged(descriptor)
        guard counted == 0 else { return counted }
        let before = underWay
        underWay = Self.underWay(descriptor)
        moved += UInt64((underWay - before).magnitude)
        return moved
    }

    /// Bytes that the system holds for the other end, not yet acknowledged.
    static func underWay(_ descriptor: Int32) -> Int32 { postern_unacknowledged(descriptor) }
}
