import ArgumentParser
import FoundationEssentials
import PosternNIO

/// The address and the path of a health request.
struct HealthTarget: Hashable, Sendable {
    /// The TCP address or Unix socket of the gateway.
    let address: Address
    /// The path of the request.
    let path: String
    /// Whether the connection is encrypted by TLS.
    let isSecure: Bool

    private static let readiness = "/readyz"

    private init(_ address: Address, path: String = readiness, isSecure: Bool = false) {
        self.address = address
        self.path = path
        self.isSecure = isSecure
    }

    /// Creates the target for a gateway that listens on an address.
    ///
    /// A gateway that listens on all addresses is reached at the loopback address. `nil` for a port that the system
    /// chooses, and for a TLS address.
    init?(listeningAt address: Address) {
        switch address {
        case .tcp(_, 0), .tls: return nil
        case .tcp(let host, let port):
            // A wildcard address is not a destination.
            let loopback = ["0.0.0.0": "127.0.0.1", "::": "::1"]
            self.init(.tcp(host: loopback[host] ?? host, port: port))
        case .unix: self.init(address)
        }
    }

    /// The name or the address of the gateway, which its certificate is for.
    var host: String {
        switch address {
        case .tcp(let host, _), .tls(let host, _): host
        case .unix: "localhost"
        }
    }

    /// The value of the header field `Host`.
    var authority: String {
        switch address {
        case .tcp(let host, let port), .tls(let host, let port):
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix: "localhost"
        }
    }
}

extension HealthTarget: LosslessStringConvertible, ExpressibleByArgument {
    /// Parses `unix:/path`, or `http://host:port` with an optional path that replaces `/readyz`; `https` is possible.
    init?(_ text: String) {
        if text.hasPrefix("unix:") {
            guard let address = Address(text) else { return nil }
            self.init(address)
            return
        }
        guard let url = URLComponents(string: text), let usual = Self.usualPorts[url.scheme ?? ""], url.user == nil,
            url.query == nil, let host = url.host, !host.isEmpty, (1...65_535).contains(url.port ?? usual)
        else { return nil }
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        let path = url.percentEncodedPath
        let address = Address.tcp(host: name, port: url.port ?? usual)
        let isSecure = url.scheme == "https"
        self.init(address, path: path.isEmpty || path == "/" ? Self.readiness : path, isSecure: isSecure)
    }

    private static let usualPorts = ["http": 80, "https": 443]

    var description: String {
        switch address {
        case .tcp, .tls: "http\(isSecure ? "s" : "")://\(authority)\(path)"
        case .unix: "\(address)"
        }
    }
}
