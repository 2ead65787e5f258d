import PosternNIO
import Testing

@Suite(.timeLimit(.minutes(10)))
struct AddressTests {
    @Test(arguments: [
        ("tcp:127.0.0.1:80", Address.tcp(host: "127.0.0.1", port: 80)),
        ("tcp:localhost:0", .tcp(host: "localhost", port: 0)),
        ("tcp:[::1]:65535", .tcp(host: "::1", port: 65_535)),
        ("unix:/run/a b.sock", .unix(path: "/run/a b.sock")), ("unix:@app", .unix(path: "@app")),
    ])
    func anAddressIsReadFromItsDescription(text: String, address: Address) {
        #expect(Address(text) == address)
        #expect(address.description == text)
    }

    @Test(arguments: [
        ("tcp://127.0.0.1:80", "tcp:127.0.0.1:80"), ("tcp://[::1]:1", "tcp:[::1]:1"), ("unix:///run/a", "unix:/run/a"),
        ("unix:a.sock", "unix:a.sock"),
    ])
    func slashesMayFollowTheScheme(text: String, same: String) {
        #expect(Address(text) == Address(same))
        #expect(Address(text)?.description == same)
    }

    @Test(arguments: [
        "unix://", "unix://run/a", "unix:////", "tcp://", "tcp:///h:1", "tcp:/h",
        "", "tcp:", "tcp:host", "tcp:host:", "tcp:host:65536", "tcp::1", "tcp:::1:80", "unix:", "http://a", "tcp:h:-1",
    ])
    func textThatIsNoAddressIsRefused(text: String) {
        #expect(Address(text) == nil)
    }
}
