/// A policy that decides which host names and which pages are admitted.
///
/// It protects against DNS rebinding and cross-site WebSocket hijacking. `Host` must be an address, `localhost`, or a
/// listed host. A request without `Origin` is admitted unless the browser states that a page of another site sent it. A
/// request with `Origin` is admitted in these cases:
///
/// - The page was served by this host, over HTTP or HTTPS.
/// - The browser states that the request has the same origin, as behind a proxy that changes `Host`.
/// - Both the page and the host are local.
/// - The origin is listed.
public struct OriginPolicy: Sendable {
    /// Patterns for further pages that are admitted.
    public var origins: [OriginPattern]
    /// Patterns for further hosts that are admitted.
    public var hosts: [HostPattern]
    /// Whether listed pages may send cookies, and read the responses to such requests.
    ///
    /// Pages that only ``OriginPattern/any`` matches may not.
    public var allowsCredentials: Bool

    /// Creates a policy; without arguments it admits local pages and the pages of the gateway's own host.
    public init(origins: [OriginPattern] = [], hosts: [HostPattern] = [], allowsCredentials: Bool = false) {
        self.origins = origins
        self.hosts = hosts
        self.allowsCredentials = allowsCredentials
    }

    /// The decision about a request.
    enum Verdict: Hashable {
        /// The request is admitted; no page of another origin sent it.
        case pass
        /// The request is admitted, and the page of its origin may read the response.
        case share(withCredentials: Bool)
        /// The request has a host that is not admitted.
        case wrongHost
        /// The request has an origin that is not admitted.
        case wrongOrigin
        /// The request has no origin and was sent by a page of another site.
        case crossSite
    }

    /// Returns the decision about a request.
    ///
    /// - Parameters:
    ///   - host: The value of `Host`.
    ///   - origin: The value of `Origin`.
    ///   - site: The value of `Sec-Fetch-Site`.
    ///   - isCall: Whether the request may have effects, so that pages of other sites must not send it.
    /// - Returns: Whether the request is admitted, and whether a page may read the response.
    func verdict(host: String, origin: String?, site: String?, isCall: Bool) -> Verdict {
        guard let host = Authority(host[...]), isServed(host) else { return .wrongHost }
        guard let origin else {
            return isCall && !["same-origin", "none", nil].contains(site) ? .crossSite : .pass
        }
        // Scripts cannot set this field, so it is trustworthy even if a proxy has changed `Host`.
        if site == "same-origin" { return .pass }
        let page = WebOrigin(origin)
        if let page, origins.contains(where: { $0.names(page) }) { return .share(withCredentials: allowsCredentials) }
        // Behind the listed patterns, so that a listed page of the same host keeps its credentials.
        if let page, page.isServed(by: host) || host.isLocal && page.isLocal { return .share(withCredentials: false) }
        return origins.contains(.any) ? .share(withCredentials: false) : .wrongOrigin
    }

    private func isServed(_ host: Authority) -> Bool {
        // DNS rebinding needs a name that the attacker controls, so addresses are safe.
        if case .address = host.host { return true }
        return host.isLocal || hosts.contains { $0.matches(host) }
    }
}

extension WebOrigin {
    /// Whether the page was served over the loopback interface, and not opened as a file.
    fileprivate var isLocal: Bool { authority.isLocal && ["http", "https"].contains(scheme) }
}
