import Testing

@testable import LibWebSockets

/// Tests of the output that waits: what is passed to libwebsockets, in its order.
@Suite struct WebSocketOutputTests {
    private static let prefix = [UInt8](repeating: 0, count: WebSocketOutput.prefix)

    /// Removes everything, and returns the bytes that are sent.
    private func take(_ output: inout WebSocketOutput) -> [UInt8] {
        var pieces = output.takeEarlier()
        var sent: [UInt8] = []
        while let piece = pieces.popLast() { sent += piece.dropFirst(Self.prefix.count) }
        sent += output.bytes.dropFirst(Self.prefix.count)
        output.removeAll()
        return sent
    }

    @Test func largePiecesAndSmallOnesAreSentInOrder() {
        var (output, expected) = (WebSocketOutput(), [UInt8]())
        for (number, size) in [3, 300_000, 1, 16, 17, 40, 1_000_000, 0, 5].enumerated() {
            if output.bytes.isEmpty { output.bytes = Self.prefix }
            let head: [UInt8] = [UInt8(number), 0xFF]
            output.bytes += head
            let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
            output.append(piece)
            expected += head + piece
            #expect(output.count == expected.count)
        }
        #expect(take(&output) == expected)
        #expect(output.count == 0)
    }

    @Test func aLargePieceEndsAndASmallOneDoesNot() {
        var output = WebSocketOutput()
        output.bytes = Self.prefix + [1, 2, 3]
        output.endPiece()
        #expect(output.bytes.count == Self.prefix.count + 3)
        output.bytes += [UInt8](repeating: 4, count: 300_000)
        output.endPiece()
        #expect(output.bytes.isEmpty)
        #expect(output.count == 300_003)
    }

    @Test func nothingBeforeTheLastPieceIsRemovedFromTheEnd() {
        var output = WebSocketOutput()
        output.bytes = Self.prefix + [1, 2, 3]
        output.removeLast(2)
        #expect(output.count == 1)
        output.removeLast(9)
        #expect(output.count == 0)
        output.removeAll()
        output.removeLast(9)
        #expect(output.count == 0)
    }
}

extension WebSocketOutput {
    /// The number of bytes of the frames, as ``WebSocket/waitingBytes``.
    fileprivate var count: Int { earlierCount + max(0, bytes.count - Self.prefix) }
}
