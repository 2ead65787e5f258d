/// One whole answer to a request.
public struct HTTPResponse: Sendable {
    /// The status.
    public var status: HTTPStatus
    /// Header fields besides `Content-Length` and `Connection`; a field whose text could end its line is left out.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]
    /// Whether the connection is closed after the answer.
    public var closesConnection = false

    /// Makes an answer from bytes.
    public init(_ status: HTTPStatus, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes an answer of plain text.
    public init(_ status: HTTPStatus, text: String) {
        self.init(status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }

    /// Appends status line and header fields, with the empty line behind them.
    ///
    /// Without a content length it is the head of a stream whose end is the end of the connection.
    static func appendHead(
        _ status: HTTPStatus,
        headers: [(name: String, value: String)],
        contentLength: Int?,
        closes: Bool,
        to output: inout [UInt8]
    ) {
        output.append(contentsOf: "HTTP/1.1 ".utf8)
        output.appendDecimal(status.code)
        output.append(0x20)
        output.append(contentsOf: status.phrase.utf8)
        for header in headers where header.name.isSafeInHeader && header.value.isSafeInHeader {
            output.append(contentsOf: "\r\n".utf8)
            output.append(contentsOf: header.name.utf8)
            output.append(contentsOf: ": ".utf8)
            output.append(contentsOf: header.value.utf8)
        }
        if let contentLength {
            output.append(contentsOf: "\r\nContent-Length: ".utf8)
            output.appendDecimal(contentLength)
        }
        output.append(contentsOf: (closes ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n").utf8)
    }
}

extension String {
    /// Whether the text can stand in a header field: no control character that could end the line.
    fileprivate var isSafeInHeader: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 } }
}

extension [UInt8] {
    /// Appends a number that is not negative as decimal digits.
    mutating func appendDecimal(_ number: Int) {
        guard number >= 10 else { return append(0x30 + UInt8(Swift.max(0, number))) }
        appendDecimal(number / 10)
        append(0x30 + UInt8(number % 10))
    }
}
