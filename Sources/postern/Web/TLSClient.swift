import ArgumentParser
import NIOCore
import NIOSSL
import PosternPrograms

/// The client side of TLS.
///
/// Certificates are always checked, by authority, name and date.
struct TLSClient: Sendable {
    private let context: NIOSSLContext

    /// Creates a client that trusts the authorities of a file, or those of the system.
    ///
    /// - Throws: `ValidationError` for a file that cannot be used.
    init(authorities file: String?) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        // WebSockets are opened over HTTP/1.1; a proxy would choose HTTP/2 otherwise.
        configuration.applicationProtocols = ["http/1.1"]
        if let file { configuration.trustRoots = .certificates(try Self.certificates(in: file)) }
        context = try NIOSSLContext(configuration: configuration)
    }

    /// Reads the certificates of a PEM file.
    ///
    /// - Parameter file: The path of the file.
    /// - Returns: The certificates, of which there is one at least.
    /// - Throws: `ValidationError` for a file that cannot be used.
    static func certificates(in file: String) throws -> [NIOSSLCertificate] {
        if let found = try? NIOSSLCertificate.fromPEMFile(file), !found.isEmpty { return found }
        throw ValidationError("\(Setting.named("ca-file", file)) is no readable PEM file with certificates")
    }

    /// Adds the TLS handler to a channel; must be called on its event loop, before other handlers are added.
    ///
    /// - Parameters:
    ///   - channel: The channel.
    ///   - host: The name or the address that the certificate of the server must be for.
    /// - Throws: `NIOSSLExtraError` for a host that can be neither.
    func install(on channel: any Channel, for host: String) throws {
        // The handshake carries names only. The certificate is checked against the address of the connection otherwise.
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        let handler = try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
        try channel.pipeline.syncOperations.addHandler(handler)
    }
}
