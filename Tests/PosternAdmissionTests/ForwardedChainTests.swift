import Testing

@testable import PosternAdmission

@Suite struct ForwardedChainTests {
    private func client(_ values: [String], _ field: AddressLimits.ForwardedField = .xForwardedFor) -> String? {
        var limits = AddressLimits()
        limits.trustedProxies = ["10.0.0.0/8", "fd00::/8"].compactMap(TrustedProxy.init)
        limits.forwardedField = field
        return ForwardedChain(limits).client(in: values).map { $0.isProxy ? "proxy \($0.text)" : $0.text }
    }

    @Test(
        arguments: [
            (["192.0.2.1"], "192.0.2.1"), (["192.0.2.1, 10.0.0.1"], "192.0.2.1"),
            (["192.0.2.1,10.0.0.1 ,\t10.0.0.2 "], "192.0.2.1"), (["192.0.2.1", "10.0.0.1"], "192.0.2.1"),
            (["192.0.2.1:4711"], "192.0.2.1"), (["[2001:db8::1]:4711"], "2001:db8::1"),
            (["[2001:db8::1]"], "2001:db8::1"),
            (["2001:db8::1"], "2001:db8::1"), (["10.0.0.1"], "proxy 10.0.0.1"),
            (["10.0.0.2, 10.0.0.1"], "proxy 10.0.0.2"),
            (["unknown, 10.0.0.1"], "proxy 10.0.0.1"), (["unknown"], nil), ([], nil), ([""], nil), ([","], nil),
            (["192.0.2.1,"], nil), (["::ffff:192.0.2.1"], "::ffff:192.0.2.1"),
        ] as [([String], String?)]
    )
    func theClientIsTheLastAddressThatIsNoProxy(values: [String], expected: String?) {
        #expect(client(values) == expected)
    }

    /// What a client sends itself comes before what the proxy appends.
    @Test(arguments: [
        "203.0.113.9", "10.0.0.1", "127.0.0.1", "\"", "for=\"", "unknown", "203.0.113.9,", "10.0.0.1, 10.0.0.2", "[",
        "é",
        String(repeating: "1.1.1.1,", count: 900),
    ])
    func aClientCannotChooseItsAddress(sent: String) {
        #expect(client(["\(sent), 192.0.2.1"]) == "192.0.2.1")
        #expect(client([sent, "192.0.2.1, 10.0.0.1"]) == "192.0.2.1")
        #expect(client(["\(sent), for=192.0.2.1"], .forwarded) == "192.0.2.1")
        #expect(client([sent, "For=\"192.0.2.1:80\";proto=https, for=10.0.0.1"], .forwarded) == "192.0.2.1")
    }

    @Test(
        arguments: [
            ("for=192.0.2.1", "192.0.2.1"), ("For=\"[2001:db8::1]:4711\"", "2001:db8::1"),
            ("proto=https;for=192.0.2.1;by=10.0.0.1", "192.0.2.1"),
            ("for=192.0.2.1;host=\"a,b;for=1.1.1.1\"", "192.0.2.1"),
            ("for=192.0.2.1; host=\"a\\\";for=1.1.1.1\"", "192.0.2.1"), ("for=_hidden", nil), ("for=unknown", nil),
            ("for=192.0.2.1;for=192.0.2.2", nil), ("proto=https", nil), ("192.0.2.1", nil), ("for=", nil),
            ("for=\"", nil),
            ("xfor=192.0.2.1", nil),
        ] as [(String, String?)]
    )
    func elementsOfForwardedAreRead(value: String, expected: String?) {
        #expect(client([value], .forwarded) == expected)
    }
}
