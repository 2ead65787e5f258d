@testable import LibWebSockets

/// The result of parsing a text, in a form that tests can compare.
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
    /// Creates the head of a text; `nil` if it is incomplete or refused.
    init?(_ text: String) {
        var searched = 0
        guard case .complete(let head) = HTTPHeadParser().parse(Array(text.utf8), searched: &searched) else {
            return nil
        }
        self = head
    }
}

/// Returns a request with additional lines.
func request(_ line: String = "GET / HTTP/1.1", host: String = "Host: localhost\r\n", _ lines: String...) -> String {
    line + "\r\n" + host + lines.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// Returns a WebSocket handshake in which lines are replaced or, with `nil`, omitted.
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
