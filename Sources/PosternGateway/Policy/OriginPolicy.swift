/// Decides which pages and which names may reach the gateway (OWASP: cross-site WebSocket hijacking, DNS rebinding).
///
/// `Host` must be an address, a name of this machine, or listed. A request without `Origin` passes if it does not come
/// from another site's page; one with it passes if the page was served by this host, in either scheme, if the browser
/// says that it was (behind a proxy that changes `Host`), if page and host are both on this machine, or if its origin
/// is listed.
public struct OriginPolicy: Sendable {
    /// Pages besides those that always pass.
    public var origins: [OriginPattern]
    /// Names besides those that always pass.
    public var hosts: [HostPattern]
    /// Whether listed pages may send cookies and read the answers to such requests.
    ///
    /// Not for pages that only ``OriginPattern/any`` lets in.
    public var allowsCredentials: Bool

    /// Lists what may pass besides the defaults.
    public init(origins: [OriginPattern] = [], hosts: [HostPattern] = [], allowsCredentials: Bool = false) {
        self.origins = origins
        self.hosts = hosts
        self.allowsCredentials = allowsCredentials
    }

    /// What is decided about a request.
    enum Verdict: Hashable {
        /// It passes; it comes from no page, or from one of the gateway's own.
        case pass
        /// It passes, and the page of this origin may read the answer.
        case share(withCredentials: Bool)
        /// It is sent to a name that is not served here.
        case wrongHost
        /// It is sent by a page that is not let in.
        case wrongOrigin
        /// It is sent by a page of another site, without an origin.
        case crossSite
    }

    /// Decides about a request.
    ///
    /// - Parameters:
    ///   - host: The value of `Host`.
    ///   - origin: The value of `Origin`.
    ///   - site: The value of `Sec-Fetch-Site`.
    ///   - isCall: Whether it may have an effect, so that pages of other sites must not send it unasked.
    /// - Returns: Whether it passes, and what a page may read; or why not.
    func verdict(host: String, origin: String?, site: String?, isCall: Bool) -> Verdict {
        guard let host = Authority(host[...]), isServed(host) else { return .wrongHost }
        guard let origin else {
            return isCall && !["same-origin", "none", nil].contains(site) ? .crossSite : .pass
        }
        if site == "same-origin" { return .pass }
        let page = WebOrigin(origin)
        if let page, origins.contains(where: { $0.names(page) }) { return .share(withCredentials: allowsCredentials) }
        if let page, page.isServed(by: host) || host.isLocal && page.isLocal { return .share(withCredentials: false) }
        return origins.contains(.any) ? .share(withCredentials: false) : .wrongOrigin
    }

    private func isServed(_ host: Authority) -> Bool {
        if case .address = host.host { return true }
        return host.isLocal || hosts.contains { $0.matches(host) }
    }
}

extension WebOrigin {
    /// Whether the page was served by this machine, and not by a program that opened a file.
    fileprivate var isLocal: Bool { authority.isLocal && ["http", "https"].contains(scheme) }
}
