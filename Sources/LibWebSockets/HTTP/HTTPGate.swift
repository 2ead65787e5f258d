/// The rules for the header fields of a request: which fields must not be repeated, contradict each other or occur.
enum HTTPGate {
    /// Checks the fields, and sets the properties of the head that follow from them.
    static func check(_ head: inout HTTPRequestHead) throws(HTTPRefusal) {
        var seen = Seen()
        for field in head.fields { try note(field, in: &head, &seen) }
        // HTTP/1.0 has no Host field. The service decides which requests it serves without one.
        guard seen.host || head.isHTTP10 else { throw .malformed("Host is missing; send it once") }
        head.wantsClose = seen.closeInConnection || head.isHTTP10 && !seen.keepAliveInConnection
        try checkBody(of: &head, seen)
        try checkUpgrade(of: &head, seen)
    }

    /// The fields that have been found so far.
    struct Seen {
        var host = false
        var contentLength = false
        /// The value of `Transfer-Encoding`.
        var coding: Range<Int>?
        /// The value of `Content-Encoding`, unless it is `identity`.
        var encoding: Range<Int>?
        var upgrade: Range<Int>?
        var upgradeInConnection = false
        var closeInConnection = false
        var keepAliveInConnection = false
        var version: Range<Int>?
        var key: Range<Int>?
    }

    private static func note(
        _ field: (name: Range<Int>, value: Range<Int>),
        in head: inout HTTPRequestHead,
        _ seen: inout Seen
    ) throws(HTTPRefusal) {
        // The length of a name leaves few candidates, so that most fields cost one comparison of integers.
        switch field.name.count {
        case 4 where head.isName(field.name, "host"): try noteHost(field.value, in: &head, &seen)
        case 6 where head.isName(field.name, "origin"):
            guard head.origin == nil, !head.bytes[field.value].contains(0x2C) else {
                throw HTTPRefusal(.forbidden, "Origin must be sent once, with one origin")
            }
            head.origin = field.value
        case 6 where head.isName(field.name, "expect"):
            guard head.isName(field.value, "100-continue") else {
                throw HTTPRefusal(.expectationFailed, "Expect must be 100-continue, not \(head.excerpt(field.value))")
            }
            head.expectsContinue = !head.isHTTP10
        case 7 where head.isName(field.name, "upgrade"): try once(&seen.upgrade, field, in: head)
        case 10 where head.isName(field.name, "connection"): noteConnection(field.value, in: head, &seen)
        case 12 where head.isName(field.name, "content-type"): try once(&head.contentType, field, in: head)
        case 14 where head.isName(field.name, "content-length"):
            guard !seen.contentLength else { throw .malformed("Content-Length is sent twice; send it once") }
            head.contentLength = try length(field.value, in: head)
            seen.contentLength = true
        case 14 where head.isName(field.name, "sec-fetch-site"): try once(&head.fetchSite, field, in: head)
        case 16 where head.isName(field.name, "content-encoding"):
            if !field.value.isEmpty, !head.isName(field.value, "identity") { seen.encoding = field.value }
        case 17 where head.isName(field.name, "transfer-encoding"): try once(&seen.coding, field, in: head)
        case 17 where head.isName(field.name, "sec-websocket-key"): try once(&seen.key, field, in: head)
        case 21 where head.isName(field.name, "sec-websocket-version"): try once(&seen.version, field, in: head)
        default: break
        }
    }

    private static func once(
        _ value: inout Range<Int>?,
        _ field: (name: Range<Int>, value: Range<Int>),
        in head: HTTPRequestHead
    ) throws(HTTPRefusal) {
        guard value == nil else { throw .malformed("\(head.text(field.name)) is sent twice; send it once") }
        value = field.value
    }

    private static func noteHost(
        _ value: Range<Int>,
        in head: inout HTTPRequestHead,
        _ seen: inout Seen
    ) throws(HTTPRefusal) {
        guard !seen.host, !head.bytes[value].contains(0x2C) else {
            throw .malformed("Host must be sent once, with one host")
        }
        seen.host = true
        if head.authority.isEmpty { head.authority = value }
    }

    private static func noteConnection(_ value: Range<Int>, in head: HTTPRequestHead, _ seen: inout Seen) {
        head.bytes.forEachMember(of: value) { option in
            switch option.count {
            case 5 where head.isName(option, "close"): seen.closeInConnection = true
            case 7 where head.isName(option, "upgrade"): seen.upgradeInConnection = true
            case 10 where head.isName(option, "keep-alive"): seen.keepAliveInConnection = true
            // Other options name fields for this connection only, none of which is used here.
            default: break
            }
        }
    }

    /// Returns a length of one to nine digits; with more digits it exceeds every limit.
    private static func length(_ value: Range<Int>, in head: HTTPRequestHead) throws(HTTPRefusal) -> Int {
        guard !value.isEmpty, head.bytes[value].allSatisfy(\.isDigit), value.count < 20 else {
            throw .malformed("Content-Length must be decimal digits, not \"\(head.excerpt(value))\"")
        }
        guard value.count <= 9 else {
            throw HTTPRefusal(.contentTooLarge, "A body of \(head.text(value)) bytes is too large")
        }
        return head.bytes[value].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Determines how the body is delimited (RFC 9112 section 6.3).
    ///
    /// Without a length and a transfer coding there is none. Requests with both are refused, since two servers could
    /// delimit them differently (request smuggling).
    static func checkBody(of head: inout HTTPRequestHead, _ seen: Seen) throws(HTTPRefusal) {
        if let coding = seen.coding {
            guard !head.isHTTP10 else {
                throw .malformed("Transfer-Encoding is not part of HTTP/1.0; send Content-Length")
            }
            guard !seen.contentLength else {
                throw .malformed("Transfer-Encoding and Content-Length contradict each other; send one of them")
            }
            try checkCoding(coding, in: head)
            head.isChunked = true
        }
        guard head.hasBody else { return }
        switch head.method {
        case .post, .put, .patch: break
        default: throw .malformed("\(head.method.rawValue) has no body here; leave it out, or use POST")
        }
        if let encoding = seen.encoding {
            throw HTTPRefusal(
                .unsupportedMediaType,
                "Content-Encoding \(head.excerpt(encoding)) is not decoded here; send the body as it is"
            )
        }
    }

    /// Accepts `chunked` as the only transfer coding.
    ///
    /// If `chunked` is not the last coding, the end of the body is unknown: the request is malformed. If other codings
    /// precede it, the end is known but the content cannot be decoded: the request is not implemented.
    private static func checkCoding(_ coding: Range<Int>, in head: HTTPRequestHead) throws(HTTPRefusal) {
        guard !head.isName(coding, "chunked") else { return }
        var chunked = 0
        var isLast = false
        head.bytes.forEachMember(of: coding) { member in
            isLast = head.isName(member, "chunked")
            if isLast { chunked += 1 }
        }
        let name = head.excerpt(coding)
        guard chunked == 1, isLast, head.bytes[coding].last != 0x2C, head.bytes[coding].first != 0x2C else {
            throw .malformed("Transfer-Encoding must be chunked, not \"\(name)\"")
        }
        throw HTTPRefusal(.notImplemented, "Transfer-Encoding \(name) is not decoded here; send chunked alone")
    }
}
