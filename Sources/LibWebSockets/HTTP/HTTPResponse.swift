/// A complete response.
package struct HTTPResponse: Sendable {
    /// The status.
    package var status: HTTPStatus
    /// The header fields, without `Content-Length`, `Connection` and `Date`, which the connection adds.
    ///
    /// A field with a control character, which could end its line, is omitted.
    package var headers: [(name: String, value: String)]
    /// The body of the response.
    package var body: [UInt8]
    /// Whether the server holds the body in any case, as it does for a file: then it is not charged to the client.
    package var hasSharedBody = false
    /// Whether the connection is closed after the response.
    package var closesConnection = false

    /// Creates a response.
    package init(_ status: HTTPStatus, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Creates a response with a plain text body.
    package init(_ status: HTTPStatus, text: String) {
        self.init(status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }

    /// The way in which the body is delimited.
    enum BodyForm {
        case length(Int)
        case chunked
        /// The response has no body, or the end of the connection delimits it.
        case undelimited
    }

    /// Returns the form of the body of a complete response.
    ///
    /// Some responses must not have a `Content-Length` with their empty body, since the field would describe the body
    /// of another response (RFC 9110 section 8.6).
    static func form(of body: [UInt8], _ status: HTTPStatus, isHead: Bool) -> BodyForm {
        let isBare = status == .noContent || status == .notModified || isHead && body.isEmpty
        return isBare ? .undelimited : .length(body.count)
    }

    /// Appends the status line and the header fields, up to the last line without its end; ``HeadEnding`` completes the
    /// head.
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
    /// Appends a non-negative number in decimal digits.
    mutating func appendDecimal(_ number: Int) {
        guard number >= 10 else { return append(0x30 + UInt8(Swift.max(0, number))) }
        appendDecimal(number / 10)
        append(0x30 + UInt8(number % 10))
    }

    /// Appends the bytes that `body` appends as one chunk (RFC 9112 section 7.1).
    ///
    /// If there are none, nothing is appended, since an empty chunk would end the body.
    mutating func appendChunk(_ body: (inout [UInt8]) -> Void) {
        let start = count
        body(&self)
        guard count > start else { return }
        insert(contentsOf: "\(String(count - start, radix: 16))\r\n".utf8, at: start)
        append(contentsOf: "\r\n".utf8)
    }
}
