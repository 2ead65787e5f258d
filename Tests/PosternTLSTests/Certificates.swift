#if TLS
import PosternTestSupport
import Foundation
import PosternNIO

/// Certificate authorities and certificates, created with the `openssl` command in a folder that is removed on deinit.
final class Certificates: Sendable {
    private let folder: TemporaryFolder

    /// Creates two authorities, and certificates of the first for a server and a client.
    init() async throws {
        folder = try TemporaryFolder()
        for authority in ["authority", "stranger"] {
            try await openssl(["req", "-x509", "-subj", "/CN=\(authority)", "-days", "2"] + newKey(authority))
        }
        try await sign("server", by: "authority", "subjectAltName=DNS:localhost,DNS:name.example,IP:127.0.0.1")
        try await sign("elsewhere", by: "authority", "subjectAltName=DNS:elsewhere.example")
        try await sign("client", by: "authority", "extendedKeyUsage=clientAuth")
        try await sign("imposter", by: "stranger", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        try Data("no certificate".utf8).write(to: URL(filePath: file("nonsense.pem")))
    }

    deinit { folder.remove() }

    func file(_ name: String) -> String { "\(folder.path)/\(name)" }

    /// Returns the options of a side with a certificate; a server with an authority demands one of every client.
    func options(_ name: String, authority: String? = nil) -> ConnectionOptions {
        var options = ConnectionOptions()
        (options.frameTimeout, options.handshakeTimeout) = (.seconds(60), .seconds(60))
        options.tls = TLSOptions(
            certificateFile: file("\(name).pem"),
            keyFile: file("\(name).key"),
            authorityFile: authority.map { file("\($0).pem") }
        )
        return options
    }

    /// Returns the options of a client without a certificate that trusts an authority.
    func trusting(_ authority: String) -> ConnectionOptions {
        var options = ConnectionOptions()
        (options.frameTimeout, options.handshakeTimeout) = (.seconds(60), .seconds(60))
        var tls = TLSOptions()
        tls.authorityFile = file("\(authority).pem")
        options.tls = tls
        return options
    }

    private func newKey(_ name: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
            + ["-keyout", file("\(name).key"), "-out", file("\(name).pem")]
    }

    private func sign(_ name: String, by authority: String, _ extensions: String) async throws {
        let leaf = ["-addext", "basicConstraints=critical,CA:FALSE", "-addext", extensions]
        let signer = ["-CA", file("\(authority).pem"), "-CAkey", file("\(authority).key")]
        try await openssl(["req", "-x509", "-subj", "/CN=\(name)", "-days", "2"] + leaf + signer + newKey(name))
    }

    private func openssl(_ arguments: [String]) async throws {
        guard try await OpenSSL.run(arguments) else { throw CertificateError() }
    }
}

/// The `openssl` command.
enum OpenSSL {
    /// Runs the command without input; returns whether it succeeded.
    static func run(_ arguments: [String]) async throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let (endings, signal) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { signal.yield($0.terminationStatus) }
        try process.run()
        return await endings.first { _ in true } == 0
    }
}

/// The error of a failed `openssl` command.
struct CertificateError: Error {}
#endif
