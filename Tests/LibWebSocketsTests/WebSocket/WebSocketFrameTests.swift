import Testing

@testable import LibWebSockets

@Suite struct WebSocketFrameTests {
    @Test(
        arguments: [
            (1, [0x81, 1]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]), (65_535, [0x81, 126, 255, 255]),
            (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])]
    )
    func lengthsUseTheShortestForm(_ count: Int, _ header: [UInt8]) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        var output: [UInt8] = [9, 9]
        let length = WebSocketFrame.append(.text, to: &output) { $0.append(contentsOf: payload) }
        #expect(length == count && output == [9, 9] + header + payload)
    }

    @Test func emptyMessagesAreOmittedUnlessKept() {
        var output: [UInt8] = [1]
        WebSocketFrame.append(.text, to: &output) { _ in }
        WebSocketFrame.append(.binary, to: &output) { _ in }
        #expect(output == [1])
        WebSocketFrame.append(.binary, to: &output, keepsEmpty: true) { _ in }
        WebSocketFrame.append(.ping, to: &output) { _ in }
        #expect(output == [1, 0x82, 0, 0x89, 0])
    }

    @Test func closeReasonsAreTruncated() {
        var output: [UInt8] = []
        WebSocketFrame.appendClose(code: 4408, reason: String(repeating: "x", count: 200), to: &output)
        #expect(output.count == 2 + 125 && output[..<4] == [0x88, 125, 0x11, 0x38])
    }
}
