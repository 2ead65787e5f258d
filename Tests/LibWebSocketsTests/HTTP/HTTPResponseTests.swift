import Testing

@testable import LibWebSockets

@Suite struct HTTPResponseTests {
    private func head(
        _ headers: [(name: String, value: String)],
        _ form: HTTPResponse.BodyForm = .length(3)
    ) -> String {
        var output: [UInt8] = []
        HTTPResponse.appendHead(.ok, headers: headers, form, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func headsAreWritten() {
        #expect(head([("X", "y")]) == "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 3")
        #expect(head([], .undelimited) == "HTTP/1.1 200 OK")
        #expect(head([], .chunked) == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked")
    }

    @Test(arguments: ["a\r\nSet-Cookie: x", "a\nb", "a\rb", "a\0b", "a\u{7f}"])
    func valuesWithControlCharactersAreOmitted(_ value: String) {
        #expect(head([("X", value), ("Y", "z")]) == "HTTP/1.1 200 OK\r\nY: z\r\nContent-Length: 3")
        #expect(head([(value, "x")]) == "HTTP/1.1 200 OK\r\nContent-Length: 3")
    }

    @Test(arguments: [(0, "0"), (9, "9"), (10, "10"), (1_048_576, "1048576"), (Int.max, "9223372036854775807")])
    func lengthsAreDecimal(_ number: Int, _ text: String) {
        var output: [UInt8] = []
        output.appendDecimal(number)
        #expect(String(decoding: output, as: UTF8.self) == text)
    }

    @Test func headsEndWithTheConnectionAndTheDate() throws {
        var ending = HeadEnding()
        let texts = [HeadEnding.Connection.staysOpen, .closes, .isKept].map { connection in
            var output: [UInt8] = []
            ending.append(connection, to: &output, now: 5)
            return String(decoding: output, as: UTF8.self)
        }
        let date = texts[0]
        #expect(date.hasPrefix("\r\nDate: ") && date.hasSuffix(" GMT\r\n\r\n") && date.utf8.count == 41)
        #expect(texts[1] == "\r\nConnection: close" + date && texts[2] == "\r\nConnection: keep-alive" + date)
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"), (1_798_761_600, "Fri, 01 Jan 2027 00:00:00 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (-1, "Thu, 01 Jan 1970 00:00:00 GMT"),
    ])
    func datesAreWritten(_ seconds: Int, _ text: String) {
        #expect(HTTPDate.text(secondsSince1970: seconds) == text)
    }

    @Test(arguments: [("", ""), ("x", "1\r\nx\r\n"), ("0123456789abcdef!", "11\r\n0123456789abcdef!\r\n")])
    func chunksBeginWithTheirSize(_ text: String, _ chunk: String) {
        var output = Array("head".utf8)
        output.appendChunk { $0.append(contentsOf: text.utf8) }
        #expect(String(decoding: output, as: UTF8.self) == "head" + chunk)
    }

    @Test func responsesWithoutABodyHaveNoLength() {
        let cases: [(HTTPStatus, [UInt8], isHead: Bool, isSaid: Bool)] = [
            (.ok, [1], false, true), (.ok, [], false, true), (.ok, [1], true, true), (.ok, [], true, false),
            (.noContent, [], false, false), (.notModified, [], false, false), (.accepted, [], false, true),
        ]
        for (status, body, isHead, isSaid) in cases {
            let form = HTTPResponse.form(of: body, status, isHead: isHead)
            if case .length(let count) = form { #expect(isSaid && count == body.count) } else { #expect(!isSaid) }
        }
    }
}
