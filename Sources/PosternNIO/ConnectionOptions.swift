public import Postern

/// How native connections behave.
public struct ConnectionOptions: Sendable {
    /// What each side takes from the other.
    public var limits = PeerLimits.standard
    /// What this side calls itself in its hello; for logs.
    public var name = ""
    /// When the calls of the other side are served.
    public var serving = ServingMode.automatic
    /// Whether errors of handlers here take along a trace: what was thrown, as text, and traces from further away.
    ///
    /// Off, callers are told the code, the message, the type and the call path. What an error says of itself may be
    /// secret, so turn it on only where callers may read this program's log. A type whose `debugDescription` is its own
    /// chooses what its trace says.
    public var sendsTraces = false
    /// Takes reports of failed handlers, refused clients and lost connections, as `IncidentLog` of the module `PosternLogging`
    /// does; `nil` for none.
    public var observer: (any IncidentObserver)?
    /// How both sides prove themselves, as with a shared secret; `nil` lets everybody in who connects.
    public var authentication: (any Authentication)?
    #if TLS
    /// How connections at `tls:` addresses are protected; `nil` for a client that trusts the authorities of the system.
    ///
    /// With options connections at other addresses are refused, as they would not be protected.
    public var tls: TLSOptions?
    #endif
    /// Which users may connect to a server's Unix socket; addresses without a file refuse these options.
    public var socketFile = SocketFileOptions()
    /// How long half a frame, or output that the other side does not take, may make no progress: 10 seconds.
    ///
    /// The handshake may take so long in all.
    public var frameTimeout = Duration.seconds(10)
    /// The bytes of a frame that have to arrive in a second, and of output that waits to leave, on average over each
    /// ``frameTimeout``: 16 KiB.
    ///
    /// A connection below it is closed; 0 accepts any progress.
    public var minimumRate = 16 << 10
    /// After how much silence the other side is asked for a sign of life.
    public var pingInterval = Duration.seconds(25)
    /// How long it may take to give one.
    public var pingGrace = Duration.seconds(10)
    /// How long connecting may take.
    public var connectTimeout = Duration.seconds(5)
    /// How long calls of a peer that connects again wait for the successor of a server that has said goodbye.
    ///
    /// At most until their deadlines, and counted from the goodbye.
    public var successorTimeout = Duration.seconds(10)
    /// Calls of a peer that connects again which wait for a connection; one more fails with `.busy`, as it does when the
    /// arguments of those that wait are longer than `PeerLimits.queuedBytes`.
    public var maximumWaitingCalls = 10_000
    /// Clients that a server holds at once; one more is closed as soon as it is accepted, or has proven itself.
    public var maximumConnections = 10_000
    /// Connections that a server holds at once besides its clients, which have yet to prove themselves.
    ///
    /// For one more the one is closed that has waited longest, so that those who stay silent keep nobody out. Each may
    /// wait ``frameTimeout``, and hold `PeerLimits.unprovenBytes`.
    public var maximumUnproven = 1_000

    /// Starts from the defaults.
    public init() {}
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
