import Testing

@testable import PosternAdmission

@Suite struct IPAddressTests {
    @Test(
        arguments: [
            ("192.0.2.1", .v4(0xC000_0201)), ("0.0.0.0", .v4(0)), ("255.255.255.255", .v4(.max)), ("::", .v6(0)),
            ("::1", .v6(1)), ("2001:DB8::", .v6(0x2001_0DB8 << 96)),
            ("1:2:3:4:5:6:7:8", .v6(0x0001_0002_0003_0004_0005_0006_0007_0008)),
            ("::ffff:192.0.2.1", .v6(0xFFFF_C000_0201)),
        ] as [(String, IPAddress)]
    )
    func addressesAreRead(text: String, address: IPAddress) { #expect(IPAddress(text[...]) == address) }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.+4", "1.2.3.４", ":", ":::", "1::2::3", "12345::",
        "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1.2.3", "1.2.3.4::", "g::", "::1%lo", "[::1]", "127.0.0.1 ",
    ])
    func otherTextIsRefused(text: String) { #expect(IPAddress(text[...]) == nil) }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.9", true), ("128.0.0.1", false), ("::1", true), ("::2", false),
    ])
    func loopbackIsFound(text: String, isLoopback: Bool) { #expect(IPAddress(text[...])?.isLoopback == isLoopback) }
}
