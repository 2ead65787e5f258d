#if TLS
import Postern
import PosternNIO
import Testing

/// Sides with and without TLS, and TLS options that contradict each other.
@Suite(.timeLimit(.minutes(10)))
struct TLSMismatchTests {
    private let certificates: Certificates

    init() async throws { certificates = try await Certificates() }

    @Test("A plain client at a TLS port is disconnected, and the reason is reported on both sides")
    func aPlainClientIsDropped() async throws {
        let server = try await NativeServer.listen(
            on: "tls://127.0.0.1:0",
            serving: NothingExposed(),
            options: certificates.options("server")
        )
        guard case .tls(let host, let port)? = server.address else { throw CertificateError() }
        let signals = server.signals
        let peer = try await Peer.connect(to: .tcp(host: host, port: port))
        let reason = await peer.disconnected
        #expect(reason.kind == .notSecured && reason.message == "The other side speaks TLS", "\(reason)")
        guard case .refused(let refusal)? = await signals.first(where: { _ in true }) else { throw CertificateError() }
        #expect(refusal.kind == .notSecured, "\(refusal)")
        #expect(server.peers.isEmpty)
        await server.stop()
    }

    @Test("A TLS client at a plain port is disconnected, and the reason is reported on both sides")
    func aTLSClientIsDropped() async throws {
        let server = try await NativeServer.listen(on: "tcp://127.0.0.1:0", serving: NothingExposed())
        guard case .tcp(_, let port)? = server.address else { throw CertificateError() }
        let signals = server.signals
        let peer = try await Peer.connect(
            to: .tls(host: "localhost", port: port),
            options: certificates.trusting("authority")
        )
        let reason = await peer.disconnected
        #expect(reason.kind == .notSecured, "\(reason)")
        #expect(reason.message.contains("the other side does not speak TLS"), "\(reason)")
        var told = signals.makeAsyncIterator()
        _ = await told.next()
        guard case .disconnected(_, let ending)? = await told.next() else { throw CertificateError() }
        #expect(ending == DisconnectReason(.notSecured, "The other side speaks TLS"))
        await server.stop()
    }

    @Test("A client that stays silent in the TLS handshake is disconnected")
    func aSilentClientIsDropped() async throws {
        var options = certificates.options("server")
        options.handshakeTimeout = .milliseconds(50)
        let server = try await NativeServer.listen(on: "tls://127.0.0.1:0", serving: NothingExposed(), options: options)
        guard case .tls(let host, let port)? = server.address else { throw CertificateError() }
        let signals = server.signals
        let silent = try await RawClient(host: host, port: port)
        guard case .refused(let reason)? = await signals.first(where: { _ in true }) else { throw CertificateError() }
        #expect(reason.kind == .timedOut)
        silent.close()
        await server.stop()
    }

    @Test(
        "Nothing older than TLS 1.2 is spoken",
        arguments: [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)]
    )
    func oldVersionsAreRefused(flag: String, isSpoken: Bool) async throws {
        let server = try await NativeServer.listen(
            on: "tls://127.0.0.1:0",
            serving: NothingExposed(),
            options: certificates.options("server")
        )
        guard case .tls(let host, let port)? = server.address else { throw CertificateError() }
        // `openssl` refuses TLS 1.1 at its default security level.
        let arguments = ["s_client", "-connect", "\(host):\(port)", flag, "-cipher", "ALL:@SECLEVEL=0"]
        let signals = server.signals
        #expect(try await OpenSSL.run(arguments) == isSpoken)
        guard case .refused(let reason)? = await signals.first(where: { _ in true }) else { throw CertificateError() }
        #expect(reason.message.contains("no version that is spoken here") != isSpoken, "\(reason)")
        await server.stop()
    }

    @Test("Contradictory options are refused before anything is sent", arguments: Misfit.allCases)
    func misfittingOptionsAreRefused(misfit: Misfit) async throws {
        let (address, options) = misfit.make(certificates)
        let error = await #expect(throws: CallError.self) {
            try await NativeServer.listen(on: address, serving: NothingExposed(), options: options)
        }
        #expect(error?.code == misfit.code)
        #expect(error?.message.contains(misfit.words) == true, "\(error?.message ?? "")")
    }

    @Test("A client with TLS options does not connect to an address without TLS")
    func aClientIsNotTrickedIntoPlainText() async throws {
        let options = certificates.trusting("authority")
        let error = await #expect(throws: CallError.self) {
            try await Peer.connect(to: "tcp://127.0.0.1:1", options: options)
        }
        #expect(error?.code == .invalidRequest)
    }

    /// A server's options with one mistake.
    enum Misfit: CaseIterable {
        case noCertificate, noKey, noAuthority, noFile, noPEM, otherKey, plainAddress

        var code: CallError.Code {
            switch self {
            case .noCertificate, .noKey, .noAuthority, .plainAddress: .invalidRequest
            case .noFile, .noPEM, .otherKey: .unavailable
            }
        }

        var words: String {
            switch self {
            case .noCertificate: "needs a certificate"
            case .noKey: "belong together"
            case .noAuthority: "name their authorities"
            case .noFile: "Cannot read the certificate /no/such/file"
            case .noPEM: "Cannot read the authorities"
            case .otherKey: "do not go together"
            case .plainAddress: "is not a tls: address"
            }
        }

        func make(_ certificates: Certificates) -> (Address, ConnectionOptions) {
            var options = certificates.options("server")
            switch self {
            case .noCertificate: options.tls = nil
            case .noKey: options.tls?.keyFile = nil
            case .noAuthority: options.tls?.demandsClientCertificate = true
            case .noFile: options.tls?.certificateFile = "/no/such/file"
            case .noPEM: options.tls?.authorityFile = certificates.file("nonsense.pem")
            case .otherKey: options.tls?.keyFile = certificates.file("client.key")
            case .plainAddress: return (.tcp(host: "127.0.0.1", port: 0), options)
            }
            return (.tls(host: "127.0.0.1", port: 0), options)
        }
    }
}
#endif
