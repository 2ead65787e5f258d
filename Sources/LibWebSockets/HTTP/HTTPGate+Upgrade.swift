extension HTTPGate {
    /// Accepts a WebSocket handshake of version 13 as the only upgrade (RFC 6455 section 4.2.1).
    ///
    /// An offer of another protocol is ignored, and the request is served over HTTP (RFC 9110 section 7.8). So is every
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

    /// Returns whether a text is the base64 encoding of 16 bytes: 22 digits, of which the last has four zero bits, and
    /// two padding characters.
    private static func isKey(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count == 24, text.suffix(2).elementsEqual([0x3D, 0x3D]) else { return false }
        let digits = text.dropLast(2)
        let lastDigits: [UInt8] = [0x41, 0x51, 0x67, 0x77]
        return digits.allSatisfy(\.isBase64Digit) && digits.last.map(lastDigits.contains) == true
    }
}

/// The WebSocket handshake in the form that is passed to libwebsockets.
enum Handshake {
    /// Returns a request with only what the handshake needs, followed by the bytes that arrived behind the head.
    ///
    /// libwebsockets parses it again. Only the validated key and a subprotocol of the server are in it, so that its
    /// parser sees no text of the client.
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
    /// The refusal of a handshake from which a proxy has removed the hop-by-hop fields.
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
