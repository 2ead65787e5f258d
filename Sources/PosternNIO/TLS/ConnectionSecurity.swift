import NIOCore
import Postern

#if TLS
import NIOSSL
#endif

/// What protects the bytes of connections: TLS where their address says so, nothing elsewhere.
struct ConnectionSecurity: Sendable {
    /// What is said where TLS is not built in.
    static let missing = CallError(
        .invalidRequest,
        "There is no TLS in this build: turn on the trait TLS of the package",
        ran: .no
    )

    #if TLS
    private let context: NIOSSLContext?
    private let serverName: String?

    /// Prepares what one end needs; reads files, so not for an event loop.
    ///
    /// - Throws: `CallError`: `.invalidRequest` for options that do not fit the address or each other, `.unavailable` for
    ///   a file that cannot be read or used.
    init(_ role: ConnectionEnd.Role, at address: Address, _ options: TLSOptions?) throws(CallError) {
        guard case .tls(let host, _) = address else {
            // Whoever thinks of certificates does not want to be heard by everybody.
            guard options == nil else {
                throw CallError(.invalidRequest, "\(address) is not a tls: address, and there are TLS options")
            }
            (context, serverName) = (nil, nil)
            return
        }
        let options = options ?? TLSOptions()
        context = try options.context(for: role)
        let name = options.serverName ?? host
        // An address has no place in the handshake; the certificate is checked against the one that was connected to.
        serverName = (try? SocketAddress(ipAddress: name, port: 0)) == nil ? name : nil
        if options.serverName != nil, serverName == nil, name != host {
            throw CallError(.invalidRequest, "The server name \(name) is an address other than \(host)")
        }
    }

    /// Puts itself before everything else of a channel, on its event loop.
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
    /// Fails for an address that needs TLS.
    init(_ role: ConnectionEnd.Role, at address: Address) throws(CallError) {
        if case .tls = address { throw Self.missing }
    }

    /// Does nothing: there is nothing to put in.
    func install(on channel: any Channel, as role: ConnectionEnd.Role) throws {}
    #endif
}

extension ConnectionSecurity {
    /// Why a channel failed.
    static func reason(of error: any Error) -> DisconnectReason {
        #if TLS
        if let reason = TLSFailure.reason(of: error) { return reason }
        #endif
        return DisconnectReason(.lost, "The connection failed: \(error)")
    }

    /// Whether bytes that should begin a frame begin a record of TLS: its type, and the major version 3.
    static func isRecord(_ bytes: ByteBuffer) -> Bool {
        guard let start = bytes.getInteger(at: bytes.readerIndex, as: UInt16.self) else { return false }
        return (0x14...0x17).contains(start >> 8) && start & 0xff == 3
    }
}
