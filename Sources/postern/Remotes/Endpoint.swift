import ArgumentParser
import PosternNIO
import PosternPrograms

/// The address of a server, which also determines the protocol.
enum Endpoint: Hashable, Sendable, ExpressibleByArgument {
    case native(Address)
    case webSocket(WebSocketURL)

    /// The address of a gateway that runs with the default options.
    static let usual = Endpoint.webSocket(WebSocketURL(host: "127.0.0.1", port: 8080, path: "/rpc"))

    init?(argument: String) {
        if let address = Address(argument) {
            self = .native(address)
        } else if let url = WebSocketURL(argument) {
            self = .webSocket(url)
        } else {
            return nil
        }
    }
}

/// The parts of `ws://host:port/path`.
///
/// `http` is accepted in place of `ws`, and the default path is `/rpc`.
struct WebSocketURL: Hashable, Sendable {
    let host: String
    let port: Int
    let path: String

    init(host: String, port: Int, path: String) {
        self.host = host
        self.port = port
        self.path = path
    }

    init?(_ text: String) {
        guard let scheme = ["ws://", "http://"].first(where: { text.hasPrefix($0) }) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest.dropFirst(authority.count)
        guard let (host, port) = Self.split(authority) else { return nil }
        // A path with spaces or control characters could inject lines into the request.
        guard path.utf8.allSatisfy({ $0 > UInt8(ascii: " ") && $0 < 0x7f }) else { return nil }
        self.init(host: host, port: port, path: path.isEmpty || path == "/" ? "/rpc" : String(path))
    }

    /// The value of the header field `Host`.
    var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    private static func split(_ authority: Substring) -> (host: String, port: Int)? {
        var host = authority
        var port: UInt16 = 80
        // The last colon of `[::1]` is part of the host.
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            guard let number = UInt16(authority[authority.index(after: colon)...]) else { return nil }
            host = authority[..<colon]
            port = number
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > UInt8(ascii: " ") && $0 < 0x7f }) else { return nil }
        return (String(host), Int(port))
    }
}
