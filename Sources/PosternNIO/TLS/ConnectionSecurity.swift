import NIOCore
import Postern

#if TLS
import NIOSSL
#endif

/// The transport security of connections: TLS at `tls:` addresses, none elsewhere.
struct ConnectionSecurity: Sendable {
    /// The error for `tls:` addresses in builds without TLS.
    static let missing = CallError(
        .invalidRequest,
        "There is no TLS in this build: turn on the trait TLS of the package",
        ran: .no
    )

    #if TLS
    private let context: NIOSSLContext?
    private let serverName: String?

    /// Creates the security of one end of a connection.
    ///
    /// It reads files, so it must not be called on an event loop.
    ///
    /// - Throws: `CallError`: `.invalidRequest` for options that do not fit the address or each other, `.unavailable`
    ///   for a file that cannot be read or used.
    init(_ role: ConnectionEnd.Role, at address: Address, _ options: TLSOptions?) throws(CallError) {
        guard case .tls(let host, _) = address else {
            // Options for certificates mean that the connection was to be encrypted.
            guard options == nil else {
                throw CallError(.invalidRequest, "\(address) is not a tls: address, and there are TLS options")
            }
            (context, serverName) = (nil, nil)
            return
        }
        let options = options ?? TLSOptions()
        context = try options.context(for: role)
        let name = options.serverName ?? host
        // The handshake carries names only. For an IP address NIOSSL checks the certificate against that of the
        // connection.
        serverName = (try? SocketAddress(ipAddress: name, port: 0)) == nil ? name : nil
        if options.serverName != nil, serverName == nil, name != host {
            throw CallError(.invalidRequest, "The server name \(name) is an address other than \(host)")
        }
    }

    /// Adds the TLS handler to a channel, before all other handlers; must be called on its event loop.
    func install(on channel: any Channel, as role: ConnectionEnd.Role) throws {
        guard let context else { return }
        let handler: NIOSSLHandler =
            switch role {
            case .initiator: try NIOSSLClientHandler(context: context, serverHostname: serverName)
            case .acceptor: NIOSSLServerHandler(context: context)
            }
        try channel.pipeline.syncOperations.addHandler(handler)
    }
    #else
    /// Creates the security of an address; throws ``missing`` for one that needs TLS.
    init(_ role: ConnectionEnd.Role, at address: Address) throws(CallError) {
        if case .tls = address { throw Self.missing }
    }

    /// Does nothing, as there is no TLS handler in this build.
    func install(on channel: any Channel, as role: ConnectionEnd.Role) throws {}
    #endif
}

extension ConnectionSecurity {
    /// Returns the reason for the end of a connection from the error of its channel.
    static func reason(of error: any Error) -> DisconnectReason {
        #if TLS
        if let reason = TLSFailure.reason(of: error) { return reason }
        #endif
        return DisconnectReason(.lost, "The connection failed: \(error)")
    }
}
