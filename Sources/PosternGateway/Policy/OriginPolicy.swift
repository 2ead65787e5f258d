import LibWebSockets

/// Decides which pages and which names may reach the gateway (OWASP: cross-site WebSocket hijacking, DNS rebinding).
///
/// A request without `Origin` does not come from a page, and passes. A page passes when its origin is the very host it
/// asks, is on this machine, or is listed. The `Host` must be an address, a name of this machine, or listed.
public struct OriginPolicy: Sendable {
    /// Origins besides those that always pass, as browsers send them: `https://app.example`.
    public var allowedOrigins: Set<String>
    /// Host names besides those that always pass, without a port: `api.example`.
    public var allowedHosts: Set<String>
    /// Lets every page in.
    ///
    /// Then only authentication protects what the gateway offers.
    public var allowsAnyOrigin: Bool

    /// Lists what may pass besides the defaults.
    public init(allowedOrigins: Set<String> = [], allowedHosts: Set<String> = [], allowsAnyOrigin: Bool = false) {
        self.allowedOrigins = allowedOrigins
        self.allowedHosts = Set(allowedHosts.map { $0.lowercased() })
        self.allowsAnyOrigin = allowsAnyOrigin
    }

    /// The status a request is refused with, or `nil` when it may pass.
    func refusal(host: String, origin: String?) -> HTTPStatus? {
        guard isHostAllowed(host) else { return .misdirectedRequest }
        guard let origin, !allowsAnyOrigin else { return nil }
        return isOriginAllowed(origin, host: host) ? nil : .forbidden
    }

    private func isHostAllowed(_ host: String) -> Bool {
        guard let name = Self.name(of: host)?.lowercased() else { return false }
        return Self.isLocal(name) || Self.isAddress(name) || allowedHosts.contains(name)
    }

    private func isOriginAllowed(_ origin: String, host: String) -> Bool {
        if allowedOrigins.contains(origin) { return true }
        guard let authority = Self.authority(of: origin), let name = Self.name(of: authority) else { return false }
        return authority == host || Self.isLocal(name)
    }

    /// What stands behind `http://` or `https://`, when nothing else does.
    private static func authority(of origin: String) -> String? {
        for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
            let rest = origin.dropFirst(scheme.count)
            return rest.contains(where: { "/?#@".contains($0) }) ? nil : String(rest)
        }
        return nil
    }

    /// The name before the port; `nil` when the port is no number.
    private static func name(of authority: String) -> String? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            return isPortSuffix(authority[authority.index(after: end)...]) ? String(authority[...end]) : nil
        }
        guard let colon = authority.firstIndex(of: ":") else { return authority.isEmpty ? nil : authority }
        let name = authority[..<colon]
        return isPortSuffix(authority[colon...]) && !name.isEmpty ? String(name) : nil
    }

    private static func isPortSuffix(_ text: Substring) -> Bool {
        text.isEmpty || (text.first == ":" && UInt16(text.dropFirst()) != nil && text.utf8.count <= 6)
    }

    private static func isLocal(_ name: String) -> Bool { ["localhost", "127.0.0.1", "[::1]"].contains(name) }

    /// An IPv4 or IPv6 address: no name that could be made to point here.
    private static func isAddress(_ name: String) -> Bool {
        if name.hasPrefix("[") { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
