#if TLS
import NIOSSL
import Postern

/// The certificates and versions of connections at `tls:` addresses.
///
/// It exists only in builds with the package trait `TLS`. Certificates are always checked: those of a server against
/// ``authorityFile`` or the authorities of the system, and against the name of the server. All files are in PEM format.
/// A server reads them when it starts to listen, a client for each connection.
public struct TLSOptions: Sendable {
    /// A version of TLS; both sides always choose the newest that they have in common.
    public enum Version: Sendable {
        /// TLS 1.2.
        case tls12
        /// TLS 1.3.
        case tls13
    }

    /// The path of the certificate of this side, followed by the intermediate certificates.
    ///
    /// A server needs one, a client only where the server demands it.
    public var certificateFile: String?
    /// The path of the private key of the certificate, without a passphrase.
    public var keyFile: String?
    /// The path of the certificates of the trusted authorities; `nil` for those of the system.
    ///
    /// When set, the authorities of the system are not trusted.
    public var authorityFile: String?
    /// Whether a server demands of each client a certificate of an authority in ``authorityFile``.
    public var demandsClientCertificate = false
    /// The name in the server's certificate; `nil` for the host or IP address of the connection.
    public var serverName: String?
    /// The oldest version that is accepted: TLS 1.2.
    public var minimumVersion = Version.tls12

    /// Creates the options of a client that trusts the authorities of the system.
    public init() {}

    /// Creates the options of a side with a certificate.
    ///
    /// - Parameters:
    ///   - certificateFile: The path of the certificate of this side, followed by the intermediate certificates.
    ///   - keyFile: The path of the private key of the certificate.
    ///   - authorityFile: The path of the trusted authorities; a server with one demands a certificate of every client.
    public init(certificateFile: String, keyFile: String, authorityFile: String? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.authorityFile = authorityFile
        demandsClientCertificate = authorityFile != nil
    }
}

extension TLSOptions {
    /// Reads the files and creates the context of one end of a connection.
    ///
    /// - Throws: `CallError`: `.invalidRequest` for a missing option, `.unavailable` for a file that cannot be used.
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
            throw CallError(
                .invalidRequest,
                "A server that demands certificates of clients must name their authorities"
            )
        }
        // Clients have no host name, so only the authority of their certificate is checked.
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
