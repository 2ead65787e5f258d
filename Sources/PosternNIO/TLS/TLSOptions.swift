#if TLS
import NIOSSL
import Postern

/// How connections at `tls:` addresses are protected, and who is let in.
///
/// Only in builds with the package's trait `TLS`. Certificates are always checked: those of a server against
/// ``authorityFile`` or the authorities of the system, and against the name that it is reached by. Files are in PEM
/// and are read when a server begins to listen, and for each connection that is made.
public struct TLSOptions: Sendable {
    /// The versions of TLS that are spoken; with either the newest is taken that both sides have.
    public enum Version: Sendable {
        /// TLS 1.2.
        case tls12
        /// TLS 1.3.
        case tls13
    }

    /// The file with the certificate of this side, followed by those that lead to an authority.
    ///
    /// A server has to have one, a client only where the server demands it.
    public var certificateFile: String?
    /// The file with the private key of the certificate, without a passphrase.
    public var keyFile: String?
    /// The file with the certificates of the authorities that this side trusts; `nil` for those of the system.
    ///
    /// When there is one, nobody else is trusted.
    public var authorityFile: String?
    /// Whether a server lets in only those who have a certificate of an authority in ``authorityFile``.
    public var demandsClientCertificate = false
    /// The name that a server's certificate has to be for; `nil` for the host or the IP address that was connected to.
    public var serverName: String?
    /// The oldest version that is spoken: TLS 1.2.
    public var minimumVersion = Version.tls12

    /// Starts from the defaults of a client that trusts the authorities of the system.
    public init() {}

    /// The options of a side with a certificate of its own.
    ///
    /// - Parameters:
    ///   - certificateFile: The certificate of this side, and the chain behind it.
    ///   - keyFile: The key of the certificate.
    ///   - authorityFile: Whom this side trusts; for a server that means it demands a certificate of every client.
    public init(certificateFile: String, keyFile: String, authorityFile: String? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.authorityFile = authorityFile
        demandsClientCertificate = authorityFile != nil
    }
}

extension TLSOptions {
    /// Reads the files.
    ///
    /// - Throws: `CallError`: `.invalidRequest` when something is missing, `.unavailable` for a file that cannot be used.
    func context(for role: ConnectionEnd.Role) throws(CallError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = minimumVersion == .tls13 ? .tlsv13 : .tlsv12
        if let authorityFile {
            let authorities = try Self.read("authorities", authorityFile) { try NIOSSLCertificate.fromPEMFile($0) }
            configuration.trustRoots = .certificates(authorities)
        }
        if role == .acceptor { configuration.certificateVerification = try clientVerification() }
        if let certificateFile, let keyFile {
            let chain = try Self.read("certificate", certificateFile) { try NIOSSLCertificate.fromPEMFile($0) }
            let key = try Self.read("key", keyFile) { try NIOSSLPrivateKey(file: $0, format: .pem) }
            configuration.certificateChain = chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(key)
        } else if certificateFile != nil || keyFile != nil {
            throw CallError(.invalidRequest, "A certificate and its key belong together, and one is missing")
        } else if role == .acceptor {
            throw CallError(.invalidRequest, "A server at a tls: address needs a certificate and its key")
        }
        do { return try NIOSSLContext(configuration: configuration) } catch {
            let files = [certificateFile, keyFile].compactMap(\.self).joined(separator: " and ")
            throw CallError(.unavailable, "\(files) do not go together: \(TLSFailure.text(of: error))", ran: .no)
        }
    }

    private func clientVerification() throws(CallError) -> CertificateVerification {
        guard demandsClientCertificate else { return .none }
        guard authorityFile != nil else {
            throw CallError(.invalidRequest, "Whoever demands certificates of clients has to name their authorities")
        }
        return .noHostnameVerification
    }

    private static func read<R>(_ what: String, _ path: String, _ body: (String) throws -> R) throws(CallError) -> R {
        do { return try body(path) } catch {
            throw CallError(
                .unavailable,
                "Cannot read the \(what) \(path): \(TLSFailure.text(of: error))",
                ran: .no
            )
        }
    }
}
#endif
