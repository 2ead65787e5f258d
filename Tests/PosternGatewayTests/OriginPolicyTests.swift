import Testing

@testable import PosternGateway

@Suite struct OriginPolicyTests {
    private func policy(
        _ origins: [String] = [],
        hosts: [String] = [],
        credentials: Bool = false
    ) throws -> OriginPolicy {
        OriginPolicy(
            origins: try origins.map { try OriginPattern($0) },
            hosts: try hosts.map { try HostPattern($0) },
            allowsCredentials: credentials
        )
    }

    @Test(arguments: [
        ("localhost:8080", "http://localhost:3000"), ("127.0.0.1:8080", "https://localhost"),
        ("[::1]:8080", "http://127.0.0.1"), ("api.example", "http://api.example"),
        ("api.example", "https://api.example"),
        ("api.example:443", "https://api.example"), ("api.example:8080", "http://api.example:8080"),
        ("192.0.2.1", "http://192.0.2.1"),
    ])
    func pagesOfTheHostAndLocalPagesAreAdmitted(host: String, origin: String) throws {
        let verdict = try policy(hosts: ["api.example"]).verdict(host: host, origin: origin, site: nil, isCall: true)
        #expect(verdict == .share(withCredentials: false))
    }

    @Test(arguments: [
        ("api.example", "http://localhost:3000"), ("192.0.2.1:8080", "http://127.0.0.1"),
        ("localhost", "http://192.0.2.1"),
        ("api.example", "https://api.example:8443"), ("api.example:8443", "https://api.example"),
        ("localhost", "null"), ("localhost", "file://localhost"), ("localhost", "chrome-extension://localhost"),
        ("localhost", "http://localhost:"), ("localhost", "http://localhost/"), ("api.example", "ftp://api.example"),
    ])
    func otherPagesAreRefused(host: String, origin: String) throws {
        let policy = try policy(hosts: ["api.example"])
        #expect(policy.verdict(host: host, origin: origin, site: nil, isCall: true) == .wrongOrigin)
        #expect(policy.verdict(host: host, origin: origin, site: "cross-site", isCall: false) == .wrongOrigin)
    }

    @Test(arguments: [
        "evil.test", "\u{212A}.example", "[evil.example]", "localhost.evil.test", "", "api.example:8080:1",
    ])
    func otherHostsAreRefusedForEveryPage(host: String) throws {
        let policy = try policy(["*"], hosts: ["api.example", "k.example"])
        #expect(policy.verdict(host: host, origin: "http://\(host)", site: "same-origin", isCall: true) == .wrongHost)
    }

    @Test func sameOriginPagesAreAdmitted() throws {
        let verdict = try policy().verdict(
            host: "127.0.0.1:8080",
            origin: "https://app.example",
            site: "same-origin",
            isCall: true
        )
        #expect(verdict == .pass)
    }

    @Test(arguments: [
        (nil, true), ("none", true), ("same-origin", true), ("same-site", false), ("cross-site", false), ("", false),
    ])
    func callsOfCrossSitePagesWithoutOriginAreRefused(site: String?, passes: Bool) throws {
        let policy = try policy(["*"])
        let verdict = policy.verdict(host: "localhost", origin: nil, site: site, isCall: true)
        #expect(verdict == (passes ? .pass : .crossSite))
        #expect(policy.verdict(host: "localhost", origin: nil, site: site, isCall: false) == .pass)
    }

    @Test func credentialsNeedAnOriginListedByName() throws {
        let policy = try policy(["*", "https://app.example"], credentials: true)
        func verdict(_ origin: String) -> OriginPolicy.Verdict {
            policy.verdict(host: "localhost", origin: origin, site: nil, isCall: true)
        }
        #expect(verdict("https://app.example") == .share(withCredentials: true))
        #expect(verdict("https://other.example") == .share(withCredentials: false))
        #expect(verdict("http://localhost") == .share(withCredentials: false))
        #expect(verdict("null") == .share(withCredentials: false))
    }
}
