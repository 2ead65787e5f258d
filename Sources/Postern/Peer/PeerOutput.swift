/// Frames that a transport sends, as bytes in one or more parts.
///
/// A large value is a part of its own, so that it is not copied while the lock of its peer is held.
package struct PeerOutput: Sendable {
    /// The parts in front of ``last``, oldest first; a frame may begin in one and end in another.
    package private(set) var front: [[UInt8]] = []
    /// The last part, to which short frames are appended.
    package internal(set) var last: [UInt8] = []
    private var frontByteCount = 0

    package init() {}

    /// The number of bytes of all parts.
    package var byteCount: Int { frontByteCount + last.count }

    /// Whether there is nothing to send.
    package var isEmpty: Bool { byteCount == 0 }

    /// All parts as one array.
    package var bytes: [UInt8] {
        guard !front.isEmpty else { return last }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for part in front { bytes += part }
        bytes += last
        return bytes
    }

    /// Appends bytes as a part of their own.
    mutating func append(part: consuming [UInt8]) {
        push(last)
        push(part)
        last = []
    }

    private mutating func push(_ part: consuming [UInt8]) {
        frontByteCount += part.count
        if !part.isEmpty { front.append(part) }
    }
}
