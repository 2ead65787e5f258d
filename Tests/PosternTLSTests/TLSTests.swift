#if TLS
import Postern
import PosternAuth
import PosternNIO
import Testing

/// Connections over TLS: which are accepted and which refused, and the reasons that both sides report.
@Suite(.timeLimit(.minutes(10)))
struct TLSTests {
    private let certificates: Certificates

    init() async throws { certificates = try await Certificates() }

    @Test("A client that trusts the authority is served, by name or by address", arguments: ["localhost", "127.0.0.1"])
    func aTrustingClientIsServed(host: String) async throws {
        let server = try await listen(certificates.options("server"))
        let peer = try await connect(server, certificates.trusting("authority"), host: host)
        #expect(try await answer(peer) == 1)
        // More than one record in each direction.
        let text = String(repeating: "a", count: 200_000)
        let echo: String = try await peer.call("echo", text)
        #expect(echo == text)
        peer.close()
        await server.stop()
    }

    @Test("Both authenticate by certificates, call each other, and are notified of the end")
    func mutualCertificatesAreAccepted() async throws {
        let server = try await listen(certificates.options("server", authority: "authority"))
        let signals = server.signals
        var clients = server.signals.makeAsyncIterator()
        let exposed = Router()
        exposed.root.register("seven") { 7 }
        let options = certificates.options("client", authority: "authority")
        let peer = try await connect(server, options, serving: exposed)
        guard case .connected(let client)? = await clients.next() else { throw CertificateError() }
        let seven: Int = try await client.call("seven")
        #expect(seven == 7)
        client.close()
        #expect(await peer.disconnected.kind == .closedThere)
        await server.stop()
        #expect(await lines(signals) == ["connected", "disconnected: closed here"])
    }

    @Test("A server of another authority is refused, and reports that")
    func anotherAuthorityIsRefused() async throws {
        let server = try await listen(certificates.options("imposter"))
        try await expectRefusal(server, certificates.trusting("authority"), "certificate verify failed")
    }

    @Test("Without authorities in its options a client trusts those of the system, so not that of the test")
    func theAuthoritiesOfTheSystemAreTheDefault() async throws {
        let server = try await listen(certificates.options("server"))
        try await expectRefusal(server, ConnectionOptions(), "certificate verify failed")
    }

    @Test("A certificate for another name is refused", arguments: ["localhost", "127.0.0.1"])
    func anotherNameIsRefused(host: String) async throws {
        let server = try await listen(certificates.options("elsewhere"))
        try await expectRefusal(
            server,
            certificates.trusting("authority"),
            host: host,
            "the certificate is for another"
        )
    }

    @Test("The expected name may differ from the host")
    func theExpectedNameCounts() async throws {
        let server = try await listen(certificates.options("server"))
        var options = certificates.trusting("authority")
        options.tls?.serverName = "name.example"
        let peer = try await connect(server, options)
        #expect(try await answer(peer) == 1)
        peer.close()
        let elsewhere = try await listen(certificates.options("elsewhere"))
        try await expectRefusal(elsewhere, options, "the certificate is for another")
        await server.stop()
    }

    @Test(
        "A client without a certificate is refused where one is demanded",
        arguments: [TLSOptions.Version.tls12, .tls13]
    )
    func aClientWithoutACertificateIsRefused(version: TLSOptions.Version) async throws {
        var demanding = certificates.options("server", authority: "authority")
        demanding.tls?.minimumVersion = version
        let server = try await listen(demanding)
        try await expectRefusal(server, certificates.trusting("authority"), "certificate required")
    }

    @Test("A client with a certificate of another authority is refused")
    func aClientOfAnotherAuthorityIsRefused() async throws {
        let server = try await listen(certificates.options("server", authority: "authority"))
        var options = certificates.options("imposter", authority: "authority")
        options.tls?.demandsClientCertificate = false
        try await expectRefusal(server, options, "unknown ca")
    }

    @Test("Over TLS a shared secret authenticates, and a wrong one is refused with a reason")
    func theSecretIsProvenOverTLS() async throws {
        let (right, wrong) = (
            try SharedSecret("the secret of this test".utf8), try SharedSecret("quite another one".utf8)
        )
        let server = try await listen(certificates.options("server"), secret: right)
        var signals = server.signals.makeAsyncIterator()
        let stranger = try await connect(server, certificates.trusting("authority"), secret: wrong)
        #expect(await stranger.disconnected.kind == .authenticationFailed)
        #expect(await signals.next()?.description == "refused: authentication failed")
        let peer = try await connect(server, certificates.trusting("authority"), secret: right)
        #expect(try await answer(peer) == 1)
        #expect(await signals.next()?.description == "connected")
        peer.close()
        await server.stop()
    }

    @Test("A reconnecting client connects over TLS, and reports why it cannot")
    func aReconnectingClientSpeaksTLS() async throws {
        // A loopback host of its own, so that no other test uses the port while the server is closed.
        let host = "127.\(Int.random(in: 1...254)).\(Int.random(in: 1...254)).1"
        let first = try await listen(certificates.options("server"), at: .tls(host: host, port: 0))
        let address = try #require(first.address)
        var options = certificates.trusting("authority")
        options.tls?.serverName = "name.example"
        let peer = ReconnectingPeer.connect(to: address, options: options, patience: .seconds(30))
        var signals = peer.signals.makeAsyncIterator()
        #expect(await signals.next()?.description == "connected")
        await first.stop()
        #expect(await signals.next()?.description == "disconnected: closed there")
        let second = try await listen(certificates.options("server"), at: address)
        #expect(await signals.next()?.description == "connected")
        await peer.stop()
        await second.stop()
        let imposter = try await listen(certificates.options("imposter"))
        let lost = ReconnectingPeer.connect(
            to: try #require(imposter.address),
            options: options,
            patience: .milliseconds(500)
        )
        // The first attempt to connect may take longer than a call waits.
        while lost.lastFailure == nil { try await Task.sleep(for: .milliseconds(5)) }
        let call = Call("one", arguments: Payload(bytes: [], codec: MessagePack.self))
        let error = await #expect(throws: CallError.self) { _ = try await lost.dispatch(call) }
        #expect(error?.message == "The service is not reachable")
        let cause = lost.lastFailure?.message ?? ""
        #expect(cause.contains("certificate verify failed"), "\(cause)")
        await lost.stop()
        await imposter.stop()
    }

    /// Checks that a client is refused, that both sides report it, and that nothing is served.
    private func expectRefusal(
        _ server: NativeServer,
        _ options: ConnectionOptions,
        host: String = "localhost",
        _ words: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let signals = server.signals
        let peer = try await connect(server, options, host: host)
        let error = await #expect(throws: CallError.self, sourceLocation: sourceLocation) { try await peer.call("one") }
        #expect(error?.code == .unavailable, sourceLocation: sourceLocation)
        let reason = await peer.disconnected
        #expect(reason.kind == .notSecured, "\(reason)", sourceLocation: sourceLocation)
        #expect(reason.message.contains(words), "\(reason)", sourceLocation: sourceLocation)
        // A client that refuses the name closes the connection after the handshake, without a reason.
        let told = await signals.first { _ in true }?.description ?? ""
        #expect(["refused: not secured", "refused: lost"].contains(told), sourceLocation: sourceLocation)
        await server.stop()
    }

    private func listen(
        _ options: ConnectionOptions,
        at address: Address = .tls(host: "127.0.0.1", port: 0),
        secret: SharedSecret? = nil
    ) async throws -> NativeServer {
        let router = Router()
        router.root.register("one") { 1 }
        router.root.register("echo", Parameter<String>("text")) { (text: String) in text }
        return try await NativeServer.listen(on: address, serving: router, secret: secret, options: options)
    }

    private func connect(
        _ server: NativeServer,
        _ options: ConnectionOptions,
        host: String = "localhost",
        serving dispatcher: any Dispatcher = NothingExposed(),
        secret: SharedSecret? = nil
    ) async throws -> Peer {
        guard case .tls(_, let port)? = server.address else { throw CertificateError() }
        return try await Peer.connect(
            to: "tls://\(host):\(port)",
            serving: dispatcher,
            secret: secret,
            options: options
        )
    }

    private func answer(_ peer: Peer) async throws -> Int { try await peer.call("one") }

    private func lines(_ signals: ConnectionSignals) async -> [String] {
        await signals.reduce(into: []) { $0.append($1.description) }
    }
}
#endif
