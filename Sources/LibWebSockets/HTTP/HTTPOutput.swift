/// What a connection has to send: bytes that were appended and have not left yet.
struct HTTPOutput {
    /// Where answers are appended.
    var bytes: [UInt8] = []
    private var sent = 0

    /// How far sending came.
    enum Outcome {
        case empty
        /// The system takes no more for now.
        case waits
        case failed
    }

    /// A buffer that grew larger is not kept for the next answer.
    private static let keptBytes = 4_096

    /// Bytes that have not left yet.
    var count: Int { bytes.count - sent }
    var isEmpty: Bool { count == 0 }

    /// Sends as much as the system takes.
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

    /// Moves the rest to the front once that costs less than what has left.
    private mutating func dropSent() {
        guard sent >= Self.keptBytes, sent >= count else { return }
        bytes.removeFirst(sent)
        sent = 0
    }
}
