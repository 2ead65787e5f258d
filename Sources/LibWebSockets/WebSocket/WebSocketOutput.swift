import CLibWebSockets

/// The frames of a WebSocket that have not been passed to libwebsockets.
///
/// Much output is in pieces, each of which ends with the frame that made it large. A single array would be copied
/// whenever it grows.
struct WebSocketOutput {
    /// The last piece, to which frames are appended after ``prefix`` unspecified bytes; empty if it has none.
    var bytes: [UInt8] = []
    private var earlier: [[UInt8]] = []
    /// The number of bytes of the frames in the pieces before the last one.
    private(set) var earlierCount = 0

    /// The number of bytes in memory because of this output: an array that has grown may have room for twice as much.
    var heldCount: Int { earlierCount + (bytes.count > Self.prefix ? bytes.capacity : 0) }

    /// The number of bytes before the frames of a piece that libwebsockets may overwrite.
    static let prefix = Int(postern_write_prefix())
    /// The size in bytes above which a piece ends.
    private static let pieceBytes = 256 << 10

    /// Ends the last piece if it is large.
    mutating func endPiece() {
        guard bytes.count > Self.pieceBytes else { return }
        earlierCount += bytes.count - Self.prefix
        earlier.append(exchange(&bytes, with: []))
    }

    /// Appends bytes of a frame as a piece of their own, without a copy of most of them.
    mutating func append(_ piece: [UInt8]) {
        if bytes.isEmpty { bytes = [UInt8](repeating: 0, count: Self.prefix) }
        // The first bytes are copied, so that they are the prefix of the others.
        bytes.append(contentsOf: piece.prefix(Self.prefix))
        guard piece.count > Self.prefix else { return }
        earlierCount += bytes.count + piece.count - 2 * Self.prefix
        earlier.append(exchange(&bytes, with: []))
        earlier.append(piece)
    }

    /// Removes and returns the pieces before the last one, the first of them last.
    mutating func takeEarlier() -> [[UInt8]] {
        earlierCount = 0
        return exchange(&earlier, with: []).reversed()
    }

    /// Removes the end of the last piece.
    mutating func removeLast(_ count: Int) { bytes.removeLast(min(count, max(0, bytes.count - Self.prefix))) }

    /// Removes all frames.
    mutating func removeAll() { self = WebSocketOutput() }
}
