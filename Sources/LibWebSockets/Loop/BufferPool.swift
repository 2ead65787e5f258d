/// Buffers that the connections of one loop borrow while there is something in them.
///
/// A connection without output or a half message holds no memory for either, and a busy one allocates nothing.
struct BufferPool {
    private var spare: [[UInt8]] = []
    private let prefix: Int

    private static let maximumCount = 64
    private static let maximumBytes = 1 << 20

    /// - Parameter prefix: Bytes that stand in front of what is put in a buffer, of no meaning.
    init(prefix: Int = 0) { self.prefix = prefix }

    /// A buffer with nothing behind its prefix, with room from its last use if possible.
    mutating func take() -> [UInt8] { spare.popLast() ?? [UInt8](repeating: 0, count: prefix) }

    /// Takes a buffer back; one that has grown too large, or is one too many, is freed.
    mutating func recycle(_ buffer: consuming [UInt8]) {
        guard spare.count < Self.maximumCount, buffer.capacity > 0, buffer.capacity <= Self.maximumBytes else { return }
        buffer.removeLast(buffer.count - prefix)
        spare.append(buffer)
    }
}
