/// The rules over the header fields of a request: what may be repeated, what must agree, what is refused.
enum HTTPGate {
    /// Checks the fields and fills in what follows from them.
    static func check(_ head: inout HTTPRequestHead) throws(HTTPRefusal) {
        var seen = Seen()
        for field in head.fields { try note(field, in: &head, &seen) }
        guard seen.host else { throw .malformed }
        try checkBody(of: head, lengthGiven: seen.contentLength)
        try checkUpgrade(of: &head, seen)
    }

    private struct Seen {
        var host = false
        var origin = false
        var contentLength = false
        var upgrade: Range<Int>?
        var upgradeInConnection = false
        var version: Range<Int>?
        var key: Range<Int>?
    }

    private static func note(
        _ field: (name: Range<Int>, value: Range<Int>),
        in head: inout HTTPRequestHead,
        _ seen: inout Seen
    ) throws(HTTPRefusal) {
        // The length of the name decides what it can be, so most fields cost one comparison.
        switch field.name.count {
        case 4 where head.isName(field.name, "host"):
            guard !seen.host, !head.bytes[field.value].contains(0x2C) else { throw .malformed }
            seen.host = true
            head.host = field.value
        case 6 where head.isName(field.name, "origin"):
            guard !seen.origin, !head.bytes[field.value].contains(0x2C) else { throw .forbidden }
            seen.origin = true
            head.origin = field.value
        case 6 where head.isName(field.name, "expect"):
            guard head.isName(field.value, "100-continue") else { throw .expectationFailed }
            head.expectsContinue = true
        case 7 where head.isName(field.name, "upgrade"):
            guard seen.upgrade == nil else { throw .malformed }
            seen.upgrade = field.value
        case 10 where head.isName(field.name, "connection"):
            try noteConnection(field.value, in: &head, &seen)
        case 12 where head.isName(field.name, "content-type"):
            guard head.contentType == nil else { throw .malformed }
            head.contentType = field.value
        case 14 where head.isName(field.name, "content-length"):
            guard !seen.contentLength else { throw .malformed }
            head.contentLength = try length(head.bytes[field.value])
            seen.contentLength = true
        case 17 where head.isName(field.name, "transfer-encoding"): throw .notImplemented
        case 17 where head.isName(field.name, "sec-websocket-key"):
            guard seen.key == nil else { throw .malformed }
            seen.key = field.value
        case 21 where head.isName(field.name, "sec-websocket-version"):
            guard seen.version == nil else { throw .malformed }
            seen.version = field.value
        default: break
        }
    }

    private static func noteConnection(
        _ value: Range<Int>,
        in head: inout HTTPRequestHead,
        _ seen: inout Seen
    ) throws(HTTPRefusal) {
        for token in head.text(value).split(separator: ",") {
            switch token.drop(while: \.isWhitespace).lowercased() {
            case "close": head.wantsClose = true
            case "upgrade": seen.upgradeInConnection = true
            default: break
            }
        }
    }

    /// One to nine digits; more is certainly too large.
    private static func length(_ digits: ArraySlice<UInt8>) throws(HTTPRefusal) -> Int {
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { throw .malformed }
        guard digits.count <= 9 else { throw digits.count < 20 ? .bodyTooLarge : .malformed }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func checkBody(of head: HTTPRequestHead, lengthGiven: Bool) throws(HTTPRefusal) {
        switch head.method {
        case .post, .put, .patch: guard lengthGiven else { throw .lengthRequired }
        default: guard head.contentLength == 0 else { throw .malformed }
        }
    }

    /// Lets nothing but a WebSocket handshake of version 13 be an upgrade (RFC 6455 section 4.2.1).
    private static func checkUpgrade(of head: inout HTTPRequestHead, _ seen: Seen) throws(HTTPRefusal) {
        guard let upgrade = seen.upgrade else {
            guard seen.key == nil, !seen.upgradeInConnection else { throw .malformed }
            return
        }
        guard head.isName(upgrade, "websocket"), seen.upgradeInConnection, head.method == .get else { throw .malformed }
        guard let version = seen.version, head.equals(version, "13") else { throw .upgradeRequired }
        guard let key = seen.key, isKey(head.bytes[key]) else { throw .malformed }
        head.webSocketKey = key
    }

    /// Sixteen bytes as base64: 22 digits, the last one with four bits of zero, and two signs of padding.
    private static func isKey(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count == 24, text.suffix(2).elementsEqual([0x3D, 0x3D]) else { return false }
        let digits = text.dropLast(2)
        let lastDigits: [UInt8] = [0x41, 0x51, 0x67, 0x77]
        return digits.allSatisfy(\.isBase64Digit) && digits.last.map(lastDigits.contains) == true
    }
}

extension UInt8 {
    fileprivate var isBase64Digit: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F: true
        default: false
        }
    }
}
