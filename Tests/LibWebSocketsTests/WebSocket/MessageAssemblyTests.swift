import Testing

@testable import LibWebSockets

@Suite struct MessageAssemblyTests {
    private var limits: WebSocketLimits {
        var limits = WebSocketLimits()
        limits.maximumMessageBytes = 10
        limits.maximumFragments = 3
        limits.messageMilliseconds = 100
        return limits
    }

    /// Adds pieces of one message and says what came of the last one.
    private func add(_ pieces: (bytes: Int, remaining: Int, isFinal: Bool)...) -> String {
        var message = MessageAssembly()
        message.begin(with: [], isBinary: true, now: 0)
        var result = ""
        for piece in pieces {
            let bytes = [UInt8](repeating: 7, count: piece.bytes)
            let place = MessagePiece(
                isFirst: false,
                isFinal: piece.isFinal,
                isBinary: false,
                remaining: piece.remaining
            )
            switch message.add(bytes.span, place, limits: limits) {
            case .incomplete: result = "incomplete"
            case .complete:
                let whole = message.take()
                result = "\(whole.bytes.count) \(whole.isBinary) \(whole.frames)"
            case .refused(let code, _): return "\(code)"
            }
        }
        return result
    }

    @Test func piecesAreJoined() {
        #expect(add((3, 0, false), (3, 4, false), (4, 0, true)) == "10 true 2")
        #expect(add((10, 0, true)) == "10 true 1")
        #expect(add((0, 0, false), (0, 0, true)) == "0 true 2")
    }

    @Test func sumAndAnnouncementAreLimited() {
        #expect(add((6, 0, false), (5, 0, true)) == "1009")
        #expect(add((1, 10, false)) == "1009")
        #expect(add((5, 0, false), (1, 5, false)) == "1009")
        #expect(add((1, Int.max, false)) == "1009")
        #expect(add((11, 0, true)) == "1009")
    }

    @Test func fragmentsAreLimited() {
        #expect(add((1, 0, false), (1, 0, false), (1, 0, true)) == "3 true 3")
        #expect(add((0, 0, false), (0, 0, false), (0, 0, false), (0, 0, false)) == "1008")
    }

    @Test func messagesExpireFromTheirFirstPiece() {
        var message = MessageAssembly()
        #expect(!message.hasExpired(1_000, limits: limits))
        message.begin(with: [], isBinary: false, now: 1_000)
        #expect(!message.hasExpired(1_100, limits: limits) && message.hasExpired(1_101, limits: limits))
        let bytes: [UInt8] = [1]
        let last = MessagePiece(isFirst: true, isFinal: true, isBinary: false, remaining: 0)
        #expect(message.add(bytes.span, last, limits: limits) == .complete)
        #expect(message.take().bytes == bytes)
        #expect(!message.hasExpired(9_999, limits: limits))
    }
}
