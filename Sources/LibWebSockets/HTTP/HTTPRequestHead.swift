/// The head of an HTTP/1 request that has passed ``HTTPHeadParser``.
///
/// Names and values are ranges of ``bytes``, so that no text is copied until it is needed.
package struct HTTPRequestHead: Sendable {
    /// The received bytes: the head, then what has been read of the body.
    package internal(set) var bytes: [UInt8] = []
    /// The size of the head in bytes, including its empty line.
    package internal(set) var length = 0
    /// Whether the version is HTTP/1.0; higher minor versions are served as 1.1.
    package internal(set) var isHTTP10 = false
    /// The method.
    package internal(set) var method = HTTPMethod.get
    /// The range of the path, without the query.
    package internal(set) var path = 0..<0
    /// The range of the query, without the question mark; empty if there is none.
    package internal(set) var query = 0..<0
    /// The range of the requested host and port: those of an absolute target, otherwise the value of `Host`.
    ///
    /// It is empty if an HTTP/1.0 client sent neither.
    package internal(set) var authority = 0..<0
    /// The range of the value of `Origin`, which browsers send for pages; `nil` without the field.
    package internal(set) var origin: Range<Int>?
    /// The range of the value of `Sec-Fetch-Site`, with which browsers classify the page that sends the request.
    package internal(set) var fetchSite: Range<Int>?
    /// The range of the value of `Content-Type`.
    package internal(set) var contentType: Range<Int>?
    /// The size of the body in bytes; for a chunked body the number of decoded bytes.
    package internal(set) var contentLength = 0
    /// Whether the body is chunked, so that its length is unknown before its end.
    package internal(set) var isChunked = false
    /// Whether the request has a body.
    @inlinable package var hasBody: Bool { isChunked || contentLength > 0 }
    /// Whether the client requests that the connection closes after the response.
    package internal(set) var wantsClose = false
    /// Whether the client waits for `100 Continue` before it sends the body.
    package internal(set) var expectsContinue = false
    /// The range of the key of a WebSocket handshake; `nil` if the request is not a valid handshake.
    package internal(set) var webSocketKey: Range<Int>?
    private(set) var fields: [(name: Range<Int>, value: Range<Int>)] = []
    /// A Bloom filter of the field names, by length and first letter: most names that are looked up are absent.
    private var nameBits: UInt64 = 0

    /// The path as text.
    @inlinable package var pathText: String { text(path) }

    /// The value of the first header field with a name, which must be in lower case; `nil` if there is none.
    package subscript(name: StaticString) -> String? {
        range(of: name).map(text)
    }

    /// Returns the values of all header fields with a name, which must be in lower case, in order.
    package func values(of name: StaticString) -> [String] {
        fields.filter { isName($0.name, name) }.map { text($0.value) }
    }

    /// Returns the range of the value of the first header field with a name, which must be in lower case.
    package func range(of name: StaticString) -> Range<Int>? {
        guard nameBits & Self.bit(of: name) != 0 else { return nil }
        for field in fields where isName(field.name, name) { return field.value }
        return nil
    }

    /// Returns whether the bytes of a range equal a text.
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

    /// Returns whether the path begins with a text and is longer than it.
    @inlinable
    package func hasPathPrefix(_ prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        return path.count > count && equals(path.lowerBound..<(path.lowerBound + count), prefix)
    }

    /// Returns the bytes of a range as text.
    @inlinable
    package func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Returns at most 40 bytes of a range as text, for an error message.
    func excerpt(_ range: Range<Int>) -> String { String(decoding: bytes[range].prefix(40), as: UTF8.self) }

    mutating func reserveFields(_ count: Int) { fields.reserveCapacity(count) }

    /// Appends a field; its name must not be empty.
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

    /// Returns whether the bytes of a range equal a text, which must be in lower case, regardless of their case.
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

/// The request methods that are accepted.
package enum HTTPMethod: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case options = "OPTIONS"
    case put = "PUT"
    case delete = "DELETE"
    case patch = "PATCH"
}
