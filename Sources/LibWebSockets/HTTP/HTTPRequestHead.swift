/// The head of one HTTP/1 request, already checked by ``HTTPHeadParser``.
///
/// Names and values are ranges of ``bytes``: nothing is copied until it is asked for.
package struct HTTPRequestHead: Sendable {
    /// The bytes that were read; the head stands at the front.
    package internal(set) var bytes: [UInt8] = []
    /// Bytes of the head, its empty line included.
    package internal(set) var length = 0
    /// Whether the client speaks HTTP/1.0; every later minor version is served as 1.1.
    package internal(set) var isHTTP10 = false
    /// The method.
    package internal(set) var method = HTTPMethod.get
    /// Where the path stands, without the query.
    package internal(set) var path = 0..<0
    /// Where the query stands, without its question mark; empty when there is none.
    package internal(set) var query = 0..<0
    /// The host that is asked, with its port: that of an absolute target, else the value of `Host`.
    ///
    /// Empty when a client of HTTP/1.0 sent neither.
    package internal(set) var authority = 0..<0
    /// Where the value of `Origin` stands; `nil` when a program sends the request, and no page.
    package internal(set) var origin: Range<Int>?
    /// Where the value of `Sec-Fetch-Site` is: what a browser says of the page that sends the request.
    package internal(set) var fetchSite: Range<Int>?
    /// Where the value of `Content-Type` stands.
    package internal(set) var contentType: Range<Int>?
    /// Length of the body in bytes; of a chunked one the bytes that were decoded, 0 before it is read.
    package internal(set) var contentLength = 0
    /// Whether the body comes in chunks, so that its length is not known before its end.
    package internal(set) var isChunked = false
    /// Whether a body comes with the request.
    @inlinable package var hasBody: Bool { isChunked || contentLength > 0 }
    /// Whether the connection is to be closed after the answer.
    package internal(set) var wantsClose = false
    /// Whether the client waits for `100 Continue` before it sends the body.
    package internal(set) var expectsContinue = false
    /// The key of a WebSocket handshake; `nil` when the request is none.
    package internal(set) var webSocketKey: Range<Int>?
    private(set) var fields: [(name: Range<Int>, value: Range<Int>)] = []
    /// A bit for each name, by its length and its first letter: most names that are looked for were not sent.
    private var nameBits: UInt64 = 0

    /// The path as text.
    @inlinable package var pathText: String { text(path) }

    /// The value of a header field, `nil` when it was not sent; the name is given in lower case.
    package subscript(name: StaticString) -> String? {
        range(of: name).map(text)
    }

    /// The values of all header fields of a name, in the order in which they came.
    package func values(of name: StaticString) -> [String] {
        fields.filter { isName($0.name, name) }.map { text($0.value) }
    }

    /// Where the value of a header field stands.
    package func range(of name: StaticString) -> Range<Int>? {
        guard nameBits & Self.bit(of: name) != 0 else { return nil }
        for field in fields where isName(field.name, name) { return field.value }
        return nil
    }

    /// Whether the bytes of a range equal a text.
    @inlinable
    package func equals(_ range: Range<Int>, _ text: StaticString) -> Bool {
        text.withUTF8Buffer { buffer in
            guard range.count == buffer.count else { return false }
            for offset in 0..<range.count {
                guard unsafe buffer[offset] == bytes[range.lowerBound + offset] else { return false }
            }
            return true
        }
    }

    /// Whether the path begins with a text, and goes on behind it.
    @inlinable
    package func hasPathPrefix(_ prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        return path.count > count && equals(path.lowerBound..<(path.lowerBound + count), prefix)
    }

    /// The bytes of a range as text.
    @inlinable
    package func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The beginning of a range as text, for a message.
    func excerpt(_ range: Range<Int>) -> String { String(decoding: bytes[range].prefix(40), as: UTF8.self) }

    mutating func reserveFields(_ count: Int) { fields.reserveCapacity(count) }

    /// Adds a field whose name is not empty.
    mutating func append(_ field: (name: Range<Int>, value: Range<Int>)) {
        nameBits |= Self.bit(length: field.name.count, first: bytes[field.name.lowerBound].asciiLowercase)
        fields.append(field)
    }

    private static func bit(length: Int, first: UInt8) -> UInt64 {
        1 &<< UInt64(truncatingIfNeeded: length &* 5 ^ Int(first))
    }

    private static func bit(of name: StaticString) -> UInt64 {
        name.withUTF8Buffer { unsafe bit(length: $0.count, first: $0.first ?? 0) }
    }

    /// Whether the bytes of a range, in lower case, equal a text.
    func isName(_ range: Range<Int>, _ name: StaticString) -> Bool {
        name.withUTF8Buffer { buffer in
            guard range.count == buffer.count else { return false }
            for offset in 0..<range.count {
                guard unsafe buffer[offset] == bytes[range.lowerBound + offset].asciiLowercase else { return false }
            }
            return true
        }
    }
}

/// The methods that the gate lets through.
package enum HTTPMethod: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case options = "OPTIONS"
    case put = "PUT"
    case delete = "DELETE"
    case patch = "PATCH"
}
