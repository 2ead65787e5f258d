#if TLS
import NIOSSL
import Postern

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
