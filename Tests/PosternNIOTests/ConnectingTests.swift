import Postern
import PosternAuth
import PosternNIO
import Testing

/// Connecting and listening as programs do: with an address as text, a router and a secret.
@Suite(.timeLimit(.minutes(10)))
struct ConnectingTests {
    @Test("Both ends connect by text, with a secret, and call each other", arguments: ["tcp://127.0.0.1:0", "unix"])
    func bothEndsCall(text: String) async throws {
        let at = text == "unix" ? "\(Wiring.unix.address)" : text
        let secret = try SharedSecret("the secret of this test".utf8)
        let server = try await NativeServer.listen(on: at, serving: router("server"), secret: secret)
        var signals = server.signals.makeAsyncIterator()
        let address = try #require(server.address)
        let peer = try await Peer.connect(to: "\(address)", serving: router("client"), secret: secret)
        let name: String = try await peer.call("name")
        guard case .connected(let client)? = await signals.next() else { throw CancellationError() }
        let other: String = try await client.call("name")
        #expect((name, other) == ("server", "client"))
        peer.close()
        await server.stop()
    }

    @Test("Peers connect without a secret; where one is demanded, the error says so", arguments: [Wiring.tcp, .unix])
    func aClientWithoutASecretIsRefused(wiring: Wiring) async throws {
        let open = try await NativeServer.listen(on: wiring.address, serving: router("open"))
        let peer = try await Peer.connect(to: try #require(open.address))
        try await peer.waitUntilConnected()
        let name: String = try await peer.call("name")
        #expect(name == "open")
        peer.close()
        await open.stop()
        let closed = try await NativeServer.listen(on: wiring.address, serving: router("closed"), secret: Secrets.right)
        let other = try await Peer.connect(to: try #require(closed.address))
        let error = await #expect(throws: CallError.self) { try await other.waitUntilConnected() }
        #expect(error?.code == .unauthenticated)
        #expect(error?.executed == .no)
        await closed.stop()
    }

    @Test(arguments: ["", "127.0.0.1:9000", "tcp://127.0.0.1", "http://127.0.0.1:1"])
    func textThatIsNoAddressIsNamed(text: String) async {
        for attempt in attempts(text) {
            let error = await #expect(throws: CallError.self) { try await attempt() }
            #expect(error?.code == .invalidRequest)
            #expect(error?.message == "\(text.debugDescription) is no address of a native server")
        }
    }

    @Test func anAddressWithoutAServerIsNamed() async {
        let address = Wiring.unix.address
        let error = await #expect(throws: CallError.self) { try await Peer.connect(to: address) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("\(address)") == true)
        let refused = await #expect(throws: CallError.self) {
            try await NativeServer.listen(on: "unix:/no/such/folder/x.sock", serving: NothingExposed())
        }
        #expect(refused?.code == .unavailable)
    }

    #if !TLS
    @Test func withoutTheTraitThereIsNoTLS() async {
        let address = "tls://127.0.0.1:0"
        for attempt in [
            { _ = try await Peer.connect(to: address) },
            { _ = try await NativeServer.listen(on: address, serving: NothingExposed()) },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: CallError.self) { try await attempt() }
            #expect(error?.code == .invalidRequest && error?.message.contains("trait TLS") == true)
        }
    }
    #endif

    @Test func waitingForAConnectionCanBeCancelled() async throws {
        let silent = try await Crosswire(at: Wiring.tcp.address)
        let peer = try await Peer.connect(to: silent.address)
        let waiting = Task { try await peer.waitUntilConnected() }
        waiting.cancel()
        let error = await #expect(throws: CallError.self) { try await waiting.value }
        #expect(error?.code == .cancelled)
        peer.close()
        try await silent.close()
    }

    private func attempts(_ text: String) -> [() async throws -> Void] {
        [
            { _ = try await Peer.connect(to: text) },
            { _ = try ReconnectingPeer.connect(to: text) },
            { _ = try await NativeServer.listen(on: text, serving: NothingExposed()) },
        ]
    }

    private func router(_ name: String) -> Router {
        let router = Router()
        router.root.register("name") { name }
        return router
    }
}
