extension HTTPHeadParser {
    /// Parses `method target version`, separated by single spaces.
    func parseRequestLine(_ line: Range<Int>, into head: inout HTTPRequestHead) throws(HTTPRefusal) {
        let bytes = head.bytes
        guard let afterMethod = bytes[line].firstIndex(of: 0x20),
            let afterTarget = bytes[(afterMethod + 1)..<line.upperBound].firstIndex(of: 0x20)
        else { throw .malformed("The request line must be a method, a target and HTTP/1.1, with one space between") }
        head.isHTTP10 = try Self.isHTTP10((afterTarget + 1)..<line.upperBound, in: head)
        head.method = try Self.method(line.lowerBound..<afterMethod, in: head)
        try parseTarget((afterMethod + 1)..<afterTarget, into: &head)
    }

    /// Returns whether the version is 1.0; a higher minor version is served as 1.1 (RFC 9110 section 2.5).
    private static func isHTTP10(_ version: Range<Int>, in head: HTTPRequestHead) throws(HTTPRefusal) -> Bool {
        if head.equals(version, "HTTP/1.1") { return false }
        let digits = head.bytes[version].suffix(3)
        guard version.count == 8, head.equals(version.prefix(5).indices, "HTTP/"),
            let major = digits.first, let minor = digits.last, digits[digits.startIndex + 1] == 0x2E,
            major.isDigit, minor.isDigit
        else { throw .malformed("The request line must end in HTTP/1.1") }
        guard major == 0x31 else {
            throw HTTPRefusal(.versionNotSupported, "\(head.text(version)) is not spoken here; use HTTP/1.1")
        }
        return minor == 0x30
    }

    private static func method(_ name: Range<Int>, in head: HTTPRequestHead) throws(HTTPRefusal) -> HTTPMethod {
        // The two common methods are compared without creating a string.
        if head.equals(name, "POST") { return .post }
        if head.equals(name, "GET") { return .get }
        guard !name.isEmpty, head.bytes[name].allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }) else {
            throw .malformed("The method must be capital letters, as in GET or POST")
        }
        guard let method = HTTPMethod(rawValue: head.text(name)) else {
            throw HTTPRefusal(.methodNotAllowed, "The method \(head.excerpt(name)) is not known here; use GET or POST")
        }
        return method
    }

    /// Parses the target in one of three forms (RFC 9112 section 3.2): a path, a URL with `http://`, or `*`.
    private func parseTarget(_ target: Range<Int>, into head: inout HTTPRequestHead) throws(HTTPRefusal) {
        guard target.count <= limits.maximumTargetBytes else {
            throw HTTPRefusal(.uriTooLong, "The request target may have \(limits.maximumTargetBytes) bytes")
        }
        guard let first = target.first, head.bytes[target].allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .malformed("The request target must be visible ASCII; escape other bytes with %")
        }
        if head.bytes[first] == 0x2F {
            try Self.parsePath(target, into: &head)
        } else if head.method == .options, head.equals(target, "*") {
            head.path = target
        } else {
            try Self.parseAbsolute(target, into: &head)
        }
    }

    private static func parsePath(_ target: Range<Int>, into head: inout HTTPRequestHead) throws(HTTPRefusal) {
        let mark = head.bytes[target].firstIndex(of: 0x3F) ?? target.upperBound
        guard !hidesLineEnd(head.bytes[target.lowerBound..<mark]) else {
            throw .malformed("The path holds an escaped line end, %0A or %0D; leave it out")
        }
        head.path = target.lowerBound..<mark
        head.query = min(mark + 1, target.upperBound)..<target.upperBound
    }

    /// Parses a target in absolute form, as proxies send it; its authority replaces `Host` (RFC 9112 section 3.2.2).
    private static func parseAbsolute(_ target: Range<Int>, into head: inout HTTPRequestHead) throws(HTTPRefusal) {
        let scheme = target.prefix("http://".utf8.count).indices
        guard head.isName(scheme, "http://") else {
            throw .malformed("The request target must begin with / or http://")
        }
        let rest = scheme.upperBound..<target.upperBound
        let end = head.bytes[rest].firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.upperBound
        let authority = rest.lowerBound..<end
        guard !authority.isEmpty, head.bytes[authority].allSatisfy(\.isAuthorityCharacter) else {
            throw .malformed("The request target must name a host and at most a port behind http://")
        }
        head.authority = authority
        if end < rest.upperBound, head.bytes[end] == 0x2F { return try parsePath(end..<rest.upperBound, into: &head) }
        // An empty path means "/" (RFC 9110 section 4.2.3). The path is a range of the received bytes, and the byte
        // before the authority is a slash.
        head.path = (authority.lowerBound - 1)..<authority.lowerBound
        head.query = min(end + 1, rest.upperBound)..<rest.upperBound
    }

    /// Returns whether a path contains a percent-encoded CR or LF, which a later reader could decode to a line end.
    private static func hidesLineEnd(_ path: ArraySlice<UInt8>) -> Bool {
        path.indices.contains { index in
            path[index] == 0x25 && index + 2 < path.endIndex && path[index + 1] == 0x30
                && [0x41, 0x44].contains(path[index + 2] & 0xDF)
        }
    }
}
