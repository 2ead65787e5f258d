/// Finds the ends of frames from the length in front of each.
package enum FrameSplitter {
    /// The size of the length in front of a frame, in bytes.
    package static let lengthBytes = 4

    /// Returns the number of bytes at the start that belong to whole frames.
    ///
    /// - Parameters:
    ///   - bytes: The bytes that have arrived, from the beginning of a frame.
    ///   - limit: The maximum size of a frame. A larger one is refused as soon as its length has arrived.
    /// - Returns: The number of bytes.
    /// - Throws: ``DisconnectReason`` if a frame is empty or too large.
    package static func wholeFrames(in bytes: Span<UInt8>, limit: Int) throws(DisconnectReason) -> Int {
        var offset = 0
        while let length = length(at: offset, in: bytes) {
            guard length > 0 else { throw .protocolViolation("a frame of no bytes") }
            guard length <= limit else {
                throw .protocolViolation("a frame of \(length) bytes is larger than the limit of \(limit)")
            }
            // Subtracted and not added: the sum of a length from the wire and an offset might overflow.
            guard length <= bytes.count - offset - lengthBytes else { break }
            offset += lengthBytes + length
        }
        return offset
    }

    /// Returns the size of the first frame including its length, or 0 if it has not arrived completely.
    ///
    /// - Parameters:
    ///   - bytes: The bytes that have arrived, from the beginning of the frame.
    ///   - limit: The maximum size of the frame.
    /// - Returns: The number of bytes.
    /// - Throws: ``DisconnectReason`` if the frame is empty or too large.
    package static func firstFrame(in bytes: Span<UInt8>, limit: Int) throws(DisconnectReason) -> Int {
        let size = sizeOfFirstFrame(in: bytes) ?? bytes.count
        return try wholeFrames(in: bytes.extracting(first: min(size, bytes.count)), limit: limit)
    }

    /// Returns the size of the first frame, which may be incomplete, with its length; `nil` if the length has not
    /// arrived.
    package static func sizeOfFirstFrame(in bytes: Span<UInt8>) -> Int? {
        length(at: 0, in: bytes).map { $0 + lengthBytes }
    }

    /// Returns the end of the frame at an offset, or `nil` if it has not arrived completely.
    static func endOfFrame(at offset: Int, in bytes: Span<UInt8>) -> Int? {
        guard let length = length(at: offset, in: bytes), length <= bytes.count - offset - lengthBytes else {
            return nil
        }
        return offset + lengthBytes + length
    }

    /// Returns whether bytes are whole frames, none of them above a limit.
    static func areFrames(_ bytes: Span<UInt8>, limit: Int) -> Bool {
        (try? wholeFrames(in: bytes, limit: limit)) == bytes.count
    }

    private static func length(at offset: Int, in bytes: Span<UInt8>) -> Int? {
        guard bytes.count - offset >= lengthBytes else { return nil }
        return Int(truncatingIfNeeded: bytes.bigEndian(at: offset, count: lengthBytes))
    }
}
