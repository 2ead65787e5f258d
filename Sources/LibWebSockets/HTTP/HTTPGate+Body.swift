extension HTTPGate {
    /// Decides how the body is delimited; without a length and a coding there is none (RFC 9112 section 6.3).
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

    /// Accepts `chunked` and nothing else.
    ///
    /// Where it is not the last coding, the end of the body is unknown; where another comes before it, the end is known
    /// and the content is not.
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
