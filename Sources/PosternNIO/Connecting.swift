public import Postern

/// The usual way to make connections.
///
/// A secret is a `SharedSecret` of the module `PosternAuth`, or any other ``Authentication``: this module does without
/// cryptography.
extension Peer {
    /// Connects to a native server and gives this end's peer; it may be called at once, before the handshake is done.
    ///
    /// Calls made before wait in order, at most ``PeerLimits/waitingCalls``; they leave when the connection is open, or
    /// fail with the reason why it never was. ``waitUntilConnected()`` waits for that without a call.
    ///
    /// - Parameters:
    ///   - address: Where the server listens.
    ///   - dispatcher: Answers the calls of the server.
    ///   - secret: What both ends prove to each other; goes before ``ConnectionOptions/authentication``.
    ///   - options: How the connection behaves.
    /// - Returns: This end's peer.
    /// - Throws: `CallError`: `.unavailable` when nobody listens there, or it takes too long, or a file of the TLS options
    ///   cannot be used; `.invalidRequest` when the address or the TLS options are not for this build or each other.
    public static func connect(
        to address: Address,
        serving dispatcher: any Dispatcher = NothingExposed(),
        secret: (any Authentication)? = nil,
        options: ConnectionOptions = ConnectionOptions()
    ) async throws(CallError) -> Peer {
        try await NativeClient.connect(to: address, exposing: dispatcher, options: options.with(secret))
    }

    /// Connects to a native server at an address such as `tcp://127.0.0.1:9000` or `unix:/run/app.sock`.
    ///
    /// - Throws: `CallError`: `.invalidRequest` for text that is no address, or as with an ``Address``.
    public static func connect(
        to address: String,
        serving dispatcher: any Dispatcher = NothingExposed(),
        secret: (any Authentication)? = nil,
        options: ConnectionOptions = ConnectionOptions()
    ) async throws(CallError) -> Peer {
        try await connect(to: try Address(reading: address), serving: dispatcher, secret: secret, options: options)
    }
}

extension ReconnectingPeer {
    /// Begins to connect to a native server, and connects again whenever the connection is lost, until ``stop()``.
    ///
    /// - Parameters:
    ///   - address: Where the server listens; nobody needs to listen there yet.
    ///   - dispatcher: Answers the calls of the server.
    ///   - secret: What both ends prove to each other; goes before ``ConnectionOptions/authentication``.
    ///   - options: How connections behave.
    ///   - patience: How long a call waits for a connection, at most until its deadline.
    ///   - onConnect: Given every new connection.
    ///   - onDisconnect: Told of the end of every connection.
    ///   - onRefusal: Told why no more connections are made.
    /// - Returns: What calls the server over the connection of the moment.
    public static func connect(
        to address: Address,
        serving dispatcher: any Dispatcher = NothingExposed(),
        secret: (any Authentication)? = nil,
        options: ConnectionOptions = ConnectionOptions(),
        patience: Duration = .seconds(1),
        onConnect: @escaping ConnectHandler = { _ in },
        onDisconnect: @escaping DisconnectHandler = { _, _ in },
        onRefusal: @escaping RefusalHandler = { _ in }
    ) -> ReconnectingPeer {
        let peer = ReconnectingPeer(
            to: address,
            exposing: dispatcher,
            options: options.with(secret),
            patience: patience,
            onConnect: onConnect,
            onDisconnect: onDisconnect,
            onRefusal: onRefusal
        )
        peer.start()
        return peer
    }

    /// Does the same for an address such as `tcp://127.0.0.1:9000` or `unix:/run/app.sock`.
    ///
    /// - Throws: `CallError` with `.invalidRequest` for text that is no address.
    public static func connect(
        to address: String,
        serving dispatcher: any Dispatcher = NothingExposed(),
        secret: (any Authentication)? = nil,
        options: ConnectionOptions = ConnectionOptions(),
        patience: Duration = .seconds(1),
        onConnect: @escaping ConnectHandler = { _ in },
        onDisconnect: @escaping DisconnectHandler = { _, _ in },
        onRefusal: @escaping RefusalHandler = { _ in }
    ) throws(CallError) -> ReconnectingPeer {
        connect(
            to: try Address(reading: address),
            serving: dispatcher,
            secret: secret,
            options: options,
            patience: patience,
            onConnect: onConnect,
            onDisconnect: onDisconnect,
            onRefusal: onRefusal
        )
    }
}

extension ConnectionOptions {
    /// The same, with another secret if there is one.
    func with(_ secret: (any Authentication)?) -> ConnectionOptions {
        var options = self
        if let secret { options.authentication = secret }
        return options
    }

    /// What protects connections at an address.
    func security(_ role: ConnectionEnd.Role, at address: Address) throws(CallError) -> ConnectionSecurity {
        #if TLS
        try ConnectionSecurity(role, at: address, tls)
        #else
        try ConnectionSecurity(role, at: address)
        #endif
    }
}

extension Address {
    /// Reads an address that a program's own text should be.
    init(reading text: String) throws(CallError) {
        guard let address = Address(text) else {
            throw CallError(.invalidRequest, "\(text.debugDescription) is no address of a native server")
        }
        self = address
    }
}
