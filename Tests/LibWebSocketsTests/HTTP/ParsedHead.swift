@testable import LibWebSockets

/// What the parser makes of some bytes, in a form that tests can compare.
enum ParsedHead: Equatable {
    case incomplete
    case complete
    case refused(HTTPStatus)

    init(_ bytes: [UInt8], limits: HTTPHeadLimits = HTTPHeadLimits()) {
        var searched = 0
        switch HTTPHeadParser(limits: limits).parse(bytes, searched: &searched) {
        case .incomplete: self = .incomplete
        case .complete: self = .complete
        case .refused(let refusal, _): self = .refused(refusal.status)
        }
    }

    init(_ text: String) { self.init(Array(text.utf8)) }
}

extension HTTPRequestHead {
    /// The head of a text that is one.
    init?(_ text: String) {
        var searched = 0
        guard case .complete(let head) = HTTPHeadParser().parse(Array(text.utf8), searched: &searched) else {
            return nil
        }
        self = head
    }
}

/// A request with some more lines.
func request(_ line: String = "GET / HTTP/1.1", host: String = "Host: localhost\r\n", _ lines: String...) -> String {
    line + "\r\n" + host + lines.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// A WebSocket handshake in which some lines are replaced or, with `nil`, left out.
func handshake(
    _ line: String = "GET /rpc HTTP/1.1",
    upgrade: String? = "Upgrade: websocket",
    connection: String? = "Connection: Upgrade",
    version: String? = "Sec-WebSocket-Version: 13",
    key: String? = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    _ more: String...
) -> String {
    let lines = [upgrade, connection, version, key].compactMap(\.self) + more
    return line + "\r\nHost: localhost\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
}
