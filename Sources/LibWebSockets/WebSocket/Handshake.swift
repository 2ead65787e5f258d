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
