import ArgumentParser
import PosternNIO

/// The address of a server, which also determines the protocol.
enum Endpoint: Hashable, Sendable {
    case native(Address)
    case web(WebURL)

    /// The address of a gateway that runs with the default options.
    static let usual = Endpoint.web(WebURL(scheme: .ws, host: "127.0.0.1", port: 8080, path: "/rpc"))

    /// The forms of addresses, for help texts.
    static let forms = "ws://host:port/rpc, wss:, http:, https:, unix:/path, unix:@name, tcp:host:port or tls:host:port"

    /// Parses an address.
    ///
    /// - Throws: `ValidationError` for text that is not one.
    init(reading text: String) throws {
        if let address = Address(text) {
            self = .native(address)
        } else if let url = WebURL(text) {
            self = .web(url)
        } else {
            throw ValidationError(WebURL.fault(of: text) ?? "it is none of \(Self.forms)")
        }
    }

    /// The same server over a connection that carries events.
    var withEvents: Endpoint {
        switch self {
        case .native: self
        case .web(let url): .web(url.webSocket)
        }
    }
}
