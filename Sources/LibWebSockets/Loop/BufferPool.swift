/// A pool of buffers for the connections of one loop.
///
/// A connection has a buffer only while it has output or an incomplete message: idle connections hold no memory for
/// either, and busy ones do not allocate.
struct BufferPool {
    private var spare: [[UInt8]] = []
    private let prefix: Int

    /// The maximum number of buffers that are kept, and the largest capacity of each in bytes.
    private static let maximumCount = 64
    private static let maximumBytes = 1 << 20

    /// Creates an empty pool.
    ///
    /// - Parameter prefix: The number of unspecified bytes at the start of each buffer.
    init(prefix: Int = 0) { self.prefix = prefix }

    /// Returns a buffer that holds only its prefix, with the capacity of its last use if possible.
    mutating func take() -> [UInt8] { spare.popLast() ?? [UInt8](repeating: 0, count: prefix) }

    /// Returns a buffer to the pool, or frees it if it is too large or the pool is full.
    mutating func recycle(_ buffer: consuming [UInt8]) {
        guard spare.count < Self.maximumCount, buffer.capacity > 0, buffer.capacity <= Self.maximumBytes else { return }
        buffer.removeLast(buffer.count - prefix)
        spare.append(buffer)
    }
}
