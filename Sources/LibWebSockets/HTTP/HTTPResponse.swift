/// One whole answer to a request.
package struct HTTPResponse: Sendable {
    /// The status.
    package var status: HTTPStatus
    /// Header fields besides `Content-Length`, `Connection` and `Date`.
    ///
    /// A field whose text could end its line is left out.
    package var headers: [(name: String, value: String)]
    /// The body.
    package var body: [UInt8]
    /// Whether the connection is closed after the answer.
    package var closesConnection = false

    /// Makes an answer from bytes.
    package init(_ status: HTTPStatus, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes an answer of plain text.
    package init(_ status: HTTPStatus, text: String) {
        self.init(status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }

    /// How a reader finds the end of the body.
    enum BodyForm {
        case length(Int)
        case chunked
        /// There is no body, or it ends with the connection.
        case undelimited
    }

    /// The form of a body that is sent whole.
    ///
    /// Where there is none, a length would be that of another answer (RFC 9110 section 8.6).
    static func form(of body: Span<UInt8>, _ status: HTTPStatus, isHead: Bool) -> BodyForm {
        let isBare = status == .noContent || status == .notModified || isHead && body.isEmpty
        return isBare ? .undelimited : .length(body.count)
    }

    /// Appends status line and header fields without the end of the last line; ``HeadEnding`` comes behind it.
    static func appendHead(
        _ status: HTTPStatus,
        headers: [(name: String, value: String)],
        _ form: BodyForm,
        to output: inout [UInt8]
    ) {
        output.append(contentsOf: "HTTP/1.1 ".utf8)
        output.appendDecimal(status.code)
        output.append(0x20)
        output.append(contentsOf: status.phrase.utf8)
        PreparedFields.append(headers, to: &output)
        switch form {
        case .length(let count):
            output.append(contentsOf: "\r\nContent-Length: ".utf8)
            output.appendDecimal(count)
        case .chunked: output.append(contentsOf: "\r\nTransfer-Encoding: chunked".utf8)
        case .undelimited: break
        }
    }
}

extension [UInt8] {
    /// Appends a number that is not negative as decimal digits.
    mutating func appendDecimal(_ number: Int) {
        guard number >= 10 else { return append(0x30 + UInt8(Swift.max(0, number))) }
        appendDecimal(number / 10)
        append(0x30 + UInt8(number % 10))
    }

    /// Appends one chunk (RFC 9112 section 7.1): whatever `body` appends, with its size in front of it.
    ///
    /// Nothing when it appends nothing: an empty chunk would be the last one.
    mutating func appendChunk(_ body: (inout [UInt8]) -> Void) {
        let start = count
        body(&self)
        guard count > start else { return }
        insert(contentsOf: "\(String(count - start, radix: 16))\r\n".utf8, at: start)
        append(contentsOf: "\r\n".utf8)
    }
}
