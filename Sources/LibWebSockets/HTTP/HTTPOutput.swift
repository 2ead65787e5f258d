/// The unsent output of a connection.
struct HTTPOutput {
    /// The buffer to which responses are appended; its first `sent` bytes have been sent.
    var bytes: [UInt8] = []
    private var sent = 0

    /// The result of sending.
    enum Outcome {
        case empty
        /// The socket's buffer is full.
        case waits
        case failed
    }

    /// The largest capacity in bytes that is kept for later output.
    private static let keptBytes = 4_096

    /// The number of unsent bytes.
    var count: Int { bytes.count - sent }
    var isEmpty: Bool { count == 0 }

    /// Sends as much as the socket's buffer takes.
    mutating func send(to descriptor: Int32) -> Outcome {
        while sent < bytes.count {
            switch Socket.send(bytes, from: sent, to: descriptor) {
            case .bytes(let count): sent += count
            case .wouldWait:
                dropSent()
                return .waits
            case .ended, .failed: return .failed
            }
        }
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptBytes)
        sent = 0
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
