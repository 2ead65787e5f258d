import Testing

@testable import LibWebSockets

@Suite struct RequestBodyTests {
    /// Reads a request that arrives in two pieces, and returns its body and the rest of the input.
    private func read(_ text: String, cutAt cut: Int, limit: Int = 100) throws -> (body: String, rest: String)? {
        let bytes = Array(text.utf8)
        var searched = 0
        let head = HTTPHeadParser().parse(Array(bytes[..<cut]), searched: &searched)
        guard case .complete(let head) = head else { return nil }
        var body = RequestBody(of: head, atMost: limit)
        var input: [UInt8] = []
        var outcome = body.take(&input)
        if case .incomplete = outcome {
            input.append(contentsOf: bytes[cut...])
            outcome = body.take(&input)
        } else {
            input.append(contentsOf: bytes[cut...])
        }
        guard case .complete(let whole) = outcome else { return nil }
        #expect(whole.bytes.count == whole.length + whole.contentLength)
        return (String(decoding: whole.bytes[whole.length...], as: UTF8.self), String(decoding: input, as: UTF8.self))
    }

    @Test(arguments: [
        ("Content-Length: 5", "hello"),
        ("Transfer-Encoding: chunked", "2\r\nhe\r\n3;x\r\nllo\r\n0\r\nA: b\r\n\r\n"),
    ])
    func bodiesAreReadInAnyPieces(_ field: String, _ coded: String) throws {
        let head = request("POST / HTTP/1.1", field)
        for next in ["", "GET / HTTP/1.1\r\n"] {
            let text = head + coded + next
            for cut in head.utf8.count..<text.utf8.count {
                let (body, rest) = try #require(try read(text, cutAt: cut))
                #expect(body == "hello" && rest == next)
            }
        }
    }

    @Test func emptyBodiesAreComplete() throws {
        let text = request("POST / HTTP/1.1", "Transfer-Encoding: chunked") + "0\r\n\r\n"
        let (body, rest) = try #require(try read(text, cutAt: text.utf8.count - 5))
        #expect(body.isEmpty && rest.isEmpty)
    }
}
