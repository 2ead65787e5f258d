import Testing

@testable import LibWebSockets

@Suite struct HTTPResponseTests {
    private func head(
        _ headers: [(name: String, value: String)],
        contentLength: Int? = 3,
        closes: Bool = false
    ) -> String {
        var output: [UInt8] = []
        HTTPResponse.appendHead(.ok, headers: headers, contentLength: contentLength, closes: closes, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func headsAreWritten() {
        #expect(head([("X", "y")]) == "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 3\r\n\r\n")
        #expect(head([], contentLength: nil, closes: true) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    }

    @Test(arguments: ["a\r\nSet-Cookie: x", "a\nb", "a\rb", "a\0b", "a\u{7f}"])
    func valuesThatCouldEndTheirLineAreLeftOut(_ value: String) {
        #expect(head([("X", value), ("Y", "z")]) == "HTTP/1.1 200 OK\r\nY: z\r\nContent-Length: 3\r\n\r\n")
        #expect(head([(value, "x")]) == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
    }

    @Test(arguments: [(0, "0"), (9, "9"), (10, "10"), (1_048_576, "1048576"), (Int.max, "9223372036854775807")])
    func lengthsAreDecimal(_ number: Int, _ text: String) {
        var output: [UInt8] = []
        output.appendDecimal(number)
        #expect(String(decoding: output, as: UTF8.self) == text)
    }
}
