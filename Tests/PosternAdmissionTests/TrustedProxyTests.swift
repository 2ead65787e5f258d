import Testing

@testable import PosternAdmission

@Suite struct TrustedProxyTests {
    @Test(arguments: [
        ("10.0.0.5", "10.0.0.5", "10.0.0.6"), ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
        ("0.0.0.0/0", "192.0.2.1", "2001:db8::1"), ("::/0", "2001:db8::1", "192.0.2.1"),
        ("fd00::/8", "fdff::1", "fe00::1"), ("2001:db8::1", "2001:db8::1", "2001:db8::2"),
        ("10.0.0.4/31", "10.0.0.5", "10.0.0.6"), ("::ffff:10.0.0.5", "10.0.0.5", "10.0.0.6"),
        ("unix", "unix", "127.0.0.1"), ("127.0.0.1", "127.0.0.1", "unix"),
    ])
    func aProxyMatchesItsAddressesAndNoOther(text: String, inside: String, outside: String) throws {
        let proxy = try #require(TrustedProxy(text))
        #expect(proxy.matches(PeerAddress(inside)) && !proxy.matches(PeerAddress(outside)))
        #expect(proxy.description == text)
        #expect(!proxy.matches(PeerAddress("unknown")))
    }

    @Test(arguments: [
        "", "localhost", "10.0.0", "10.0.0.5/33", "10.0.0.5/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08",
        "10.0.0.0/+8", "10.0.0.0/8/8", "fd00::1/64", "fd00::/129", "[::1]", "10.0.0.5:80", "unix:/run/a.sock", "*",
        "010.0.0.5", "fe80::1%eth0", " 10.0.0.5", "10.0.0.0/99999999999999999999",
    ])
    func otherTextIsNoProxy(text: String) { #expect(TrustedProxy(text) == nil) }
}
