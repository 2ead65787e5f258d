/// The unsent output of a connection.
///
/// A large body is kept as the array that it arrives in: a copy would take time and memory, and so would moving its
/// unsent rest to the front.
struct HTTPOutput {
    /// The buffer to which responses are appended, behind ``earlier``.
    var bytes: [UInt8] = []
    /// Large bodies, and what was appended before them.
    private var earlier: [Piece] = []
    private var earlierCount = 0
    /// The number of bytes of ``earlier`` that the server holds in any case.
    private var sharedCount = 0
    /// The number of bytes of the first piece that have been sent.
    private var sent = 0

    private struct Piece {
        let bytes: [UInt8]
        let isShared: Bool
    }

    /// The result of sending.
    enum Outcome {
        case empty
        /// The socket's buffer is full.
        case waits
        case failed
    }

    /// The largest capacity in bytes that is kept for later output.
    private static let keptBytes = 4_096
    /// The size in bytes above which a body is not copied.
    private static let copiedBytes = 64 << 10

    /// The number of unsent bytes.
    var count: Int { earlierCount + bytes.count - sent }
    var isEmpty: Bool { count == 0 }

    /// The number of bytes in memory because of this output, some of which may have been sent.
    ///
    /// An array that has grown may have room for twice as much.
    var heldCount: Int { earlierCount - sharedCount + (bytes.isEmpty ? 0 : bytes.capacity) }

    /// Appends a body.
    ///
    /// - Parameters:
    ///   - body: The body.
    ///   - isShared: Whether the server holds the array in any case, such as a file.
    mutating func append(_ body: [UInt8], isShared: Bool) {
        guard body.count > Self.copiedBytes else { return bytes.append(contentsOf: body) }
        earlierCount += bytes.count + body.count
        if isShared { sharedCount += body.count }
        if !bytes.isEmpty { earlier.append(Piece(bytes: exchange(&bytes, with: []), isShared: false)) }
        earlier.append(Piece(bytes: body, isShared: isShared))
    }

    /// Sends as much as the socket's buffer takes.
    mutating func send(to descriptor: Int32) -> Outcome {
        while let first = earlier.first {
            let outcome = Self.send(first.bytes, from: &sent, to: descriptor)
            guard case .empty = outcome else { return outcome }
            earlier.removeFirst()
            earlierCount -= first.bytes.count
            if first.isShared { sharedCount -= first.bytes.count }
            sent = 0
        }
        let outcome = Self.send(bytes, from: &sent, to: descriptor)
        switch outcome {
        case .empty:
            bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptBytes)
            sent = 0
        case .waits: dropSent()
        case .failed: break
        }
        return outcome
    }

    /// Sends the rest of an array, and adds what the socket's buffer has taken to `sent`.
    private static func send(_ bytes: [UInt8], from sent: inout Int, to descriptor: Int32) -> Outcome {
        while sent < bytes.count {
            switch Socket.send(bytes, from: sent, to: descriptor) {
            case .bytes(let count): sent += count
            case .wouldWait: return .waits
            case .ended, .failed: return .failed
            }
        }
        return .empty
    }

    /// Moves the unsent bytes to the front if they are fewer than the sent ones, so that the total cost of moving is
    /// linear.
    private mutating func dropSent() {
        guard sent >= Self.keptBytes, sent >= count else { return }
        bytes.removeFirst(sent)
        sent = 0
    }
}
