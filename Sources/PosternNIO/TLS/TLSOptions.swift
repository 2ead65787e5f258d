#if TLS
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
#endif
