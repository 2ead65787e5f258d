extension HTTPGate {
    /// Lets nothing but a WebSocket handshake of version 13 be an upgrade (RFC 6455 section 4.2.1).
    ///
    /// An offer of another protocol is ignored and the request answered as it is (RFC 9110 section 7.8), and so is every
    /// offer of an HTTP/1.0 client.
    static func checkUpgrade(of head: inout HTTPRequestHead, _ seen: Seen) throws(HTTPRefusal) {
        guard let upgrade = seen.upgrade, !head.isHTTP10 else {
            guard seen.key == nil else { throw .handshakeWithoutUpgrade }
            return
        }
        guard head.isName(upgrade, "websocket") else {
            var offersWebSocket = seen.key != nil
            head.bytes.forEachMember(of: upgrade) { if head.isName($0, "websocket") { offersWebSocket = true } }
            guard !offersWebSocket else { throw .malformed("A WebSocket handshake needs Upgrade: websocket alone") }
            return
        }
        guard seen.upgradeInConnection else { throw .malformed("Upgrade: websocket needs Connection: Upgrade") }
        guard head.method == .get else { throw .malformed("A WebSocket handshake must be a GET") }
        guard let version = seen.version, head.equals(version, "13") else {
            throw HTTPRefusal(.upgradeRequired, "Sec-WebSocket-Version must be 13")
        }
        guard let key = seen.key, isKey(head.bytes[key]) else {
            throw .malformed("Sec-WebSocket-Key must be 16 bytes as base64")
        }
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

/// The WebSocket handshake as it is handed to libwebsockets.
enum Handshake {
    /// A request with nothing in it but what the handshake needs, and behind it the bytes that came early.
    static func canonical(_ head: HTTPRequestHead, subprotocol: String?) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(256 + head.bytes.count - head.length)
        text.append(
            contentsOf: "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n".utf8
        )
        text.append(contentsOf: "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ".utf8)
        if let key = head.webSocketKey { text.append(contentsOf: head.bytes[key]) }
        if let subprotocol { text.append(contentsOf: "\r\nSec-WebSocket-Protocol: \(subprotocol)".utf8) }
        text.append(contentsOf: "\r\n\r\n".utf8)
        text.append(contentsOf: head.bytes[head.length...])
        return text
    }
}

extension HTTPRefusal {
    /// What a proxy makes of a handshake that it was not set up for.
    fileprivate static let handshakeWithoutUpgrade = HTTPRefusal(
        .upgradeRequired,
        "Sec-WebSocket-Key came without Upgrade: websocket; a proxy must use HTTP/1.1 and pass Upgrade and Connection on"
    )
}

extension UInt8 {
    fileprivate var isBase64Digit: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F: true
        default: false
        }
    }
}
