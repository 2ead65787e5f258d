/// Finds where frames end by the length in front of each.
package enum FrameSplitter {
    /// Bytes of the length in front of a frame.
    package static let lengthBytes = 4

    /// How many bytes from the start belong to whole frames.
    ///
    /// - Parameters:
    ///   - bytes: What has arrived, from the beginning of a frame on.
    ///   - limit: The largest frame that is taken; a longer one is refused as soon as its length is there.
    /// - Returns: The number of bytes.
    /// - Throws: ``DisconnectReason`` when a frame is empty or too long.
    package static func wholeFrames(in bytes: Span<UInt8>, limit: Int) throws(DisconnectReason) -> Int {
        var offset = 0
        while let length = length(at: offset, in: bytes) {
            guard length > 0 else { throw .protocolViolation("a frame of no bytes") }
            guard length <= limit else {
                throw .protocolViolation("a frame of \(length) bytes is larger than the limit of \(limit)")
            }
            guard length <= bytes.count - offset - lengthBytes else { break }
            offset += lengthBytes + length
        }
        return offset
    }

    /// How many bytes from the start belong to the first frame; 0 when it is not there as a whole.
    ///
    /// - Parameters:
    ///   - bytes: What has arrived, from the beginning of the frame on.
    ///   - limit: The largest frame that is taken.
    /// - Returns: The number of bytes.
    /// - Throws: ``DisconnectReason`` when the frame is empty or too long.
    package static func firstFrame(in bytes: Span<UInt8>, limit: Int) throws(DisconnectReason) -> Int {
        let length = length(at: 0, in: bytes).map { $0 + lengthBytes } ?? bytes.count
        return try wholeFrames(in: bytes.extracting(first: min(length, bytes.count)), limit: limit)
    }

    /// Where the frame that begins at an offset ends; `nil` when it is not there as a whole.
    static func endOfFrame(at offset: Int, in bytes: Span<UInt8>) -> Int? {
        guard let length = length(at: offset, in: bytes), length <= bytes.count - offset - lengthBytes else {
            return nil
        }
        return offset + lengthBytes + length
    }

    /// Whether bytes are whole frames, none of them above a limit.
    static func areFrames(_ bytes: Span<UInt8>, limit: Int) -> Bool {
        (try? wholeFrames(in: bytes, limit: limit)) == bytes.count
    }

    private static func length(at offset: Int, in bytes: Span<UInt8>) -> Int? {
        guard bytes.count - offset >= lengthBytes else { return nil }
        return Int(truncatingIfNeeded: bytes.bigEndian(at: offset, count: lengthBytes))
    }
}
