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

    /// Adds the pieces of one message, and returns a text for the outcome of the last one.
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

    /// Returns the first time at which a message is too slow; it begins at 1,000 and receives one byte at each time of
    /// `pieces`.
    private func tooSlow(at times: [UInt64], pieces: Set<UInt64> = [], _ limits: WebSocketLimits) -> UInt64? {
        var message = MessageAssembly()
        guard !message.isTooSlow(999, limits: limits) else { return 999 }
        message.begin(with: [], isBinary: false, now: 1_000)
        let piece = MessagePiece(isFirst: false, isFinal: false, isBinary: false, remaining: 0)
        let byte: [UInt8] = [1]
        return times.first { time in
            if pieces.contains(time) { _ = message.add(byte.span, piece, limits: limits) }
            return message.isTooSlow(time, limits: limits)
        }
    }

    @Test func stalledMessagesAreTooSlowFromTheirFirstPieceOn() {
        #expect(tooSlow(at: [1_001, 1_099, 1_100, 1_101], limits) == 1_100)
    }

    @Test func messagesWithProgressMayTakeLonger() {
        var limits = limits
        limits.minimumRate = 10
        #expect(tooSlow(at: [1_060, 1_120, 1_180, 1_240], pieces: [1_060, 1_120, 1_180], limits) == nil)
        limits.minimumRate = 1_000
        #expect(tooSlow(at: [1_060, 1_120, 1_180, 1_240], pieces: [1_060, 1_120, 1_180], limits) == 1_120)
    }

    @Test func messagesThatAreCompleteAreNeverTooSlow() {
        var message = MessageAssembly()
        message.begin(with: [], isBinary: false, now: 1_000)
        let bytes: [UInt8] = [1]
        let last = MessagePiece(isFirst: true, isFinal: true, isBinary: false, remaining: 0)
        let outcome = message.add(bytes.span, last, limits: limits)
        let taken = message.take().bytes
        let isTooSlow = message.isTooSlow(9_999, limits: limits)
        #expect(outcome == .complete && taken == bytes && !isTooSlow)
    }
}
