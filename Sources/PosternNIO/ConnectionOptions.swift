public import Postern
public import PosternAdmission
package import PosternLedger

/// The options of native connections: limits, timeouts, authentication and reports.
public struct ConnectionOptions: Sendable {
    /// The limits on what this side accepts from the other.
    public var limits = PeerLimits.standard
    /// The name of this side in its hello frame, for the logs of the other side.
    public var name = ""
    /// Whether calls of the other side are served as they arrive, or when the program polls.
    public var serving = ServingMode.automatic
    /// Whether errors sent to callers include a trace: the text of the thrown error, and traces from further hops.
    ///
    /// When `false`, callers receive the code, the message, the type and the call path. The text of an error may
    /// contain secrets, so use `true` only where callers may read the log of this program. An error type can choose the
    /// text of its trace with `debugDescription`.
    public var sendsTraces = false
    /// The observer of failed handlers, refused clients and lost connections, such as the `IncidentLog` of
    /// `PosternLogging`.
    public var observer: (any IncidentObserver)?
    /// The mutual authentication, such as a shared secret; `nil` accepts every connection.
    public var authentication: (any Authentication)?
    #if TLS
    /// The TLS options of `tls:` addresses; with `nil` a client trusts the certificate authorities of the system.
    ///
    /// When set, other addresses are refused, because their connections would not be encrypted.
    public var tls: TLSOptions?
    #endif
    /// The mode and group of a server's socket file; refused for addresses without a file.
    public var socketFile = SocketFileOptions()
    /// The ledger of the memory that the connections make this process hold.
    package var ledger = MemoryLedger.process
    /// The longest time without progress of an incomplete frame, or of output that the other side does not read: 10
    /// seconds.
    public var frameTimeout = Duration.seconds(10)
    /// The time limit of the whole handshake, with the authentication and that of TLS: 5 seconds.
    public var handshakeTimeout = Duration.seconds(5)
    /// The minimum rate of an incomplete frame and of pending output, in bytes per second: 16 KiB.
    ///
    /// It is an average over each ``frameTimeout``. A slower connection is closed; 0 accepts any progress.
    public var minimumRate = 16 << 10
    /// The time without input after which a ping is sent: 25 seconds.
    public var pingInterval = Duration.seconds(25)
    /// The time in which a ping has to be answered: 10 seconds.
    public var pingGrace = Duration.seconds(10)
    /// The time limit for connecting, without the handshake: 5 seconds.
    public var connectTimeout = Duration.seconds(5)
    /// The time that calls of a ``ReconnectingPeer`` wait for a restarted server, counted from its goodbye: 10 seconds.
    ///
    /// A call never waits beyond its deadline.
    public var successorTimeout = Duration.seconds(10)
    /// The most calls of a ``ReconnectingPeer`` that wait for a connection: 10,000.
    ///
    /// A call above the limit fails with `.busy`, as does one with which the arguments of all waiting calls would
    /// exceed `PeerLimits.queuedBytes`.
    public var maximumWaitingCalls = 10_000
    /// The most clients of a server: 10,000.
    ///
    /// A connection above the limit is closed when it is accepted, or once it has authenticated. Where clients need not
    /// authenticate, the one that has been connected for longest without a word is closed instead. The limit of open
    /// files may allow fewer.
    public var maximumConnections = 10_000
    /// The share of one address in the connections of a server; half of them by default.
    public var addresses = AddressLimits()
    /// The most unauthenticated connections of a server, besides its clients: 1,000.
    ///
    /// Above the limit the oldest one is closed, so that silent connections cannot keep others out. Each may stay
    /// unauthenticated for ``handshakeTimeout``, and use `PeerLimits.unprovenBytes` of memory.
    public var maximumUnproven = 1_000

    /// Creates the default options.
    public init() {}
}

extension ConnectionOptions {
    /// Returns a copy with another secret; without one, the options themselves.
    func with(_ secret: (any Authentication)?) -> ConnectionOptions {
        var options = self
        if let secret { options.authentication = secret }
        return options
    }

    /// Whether clients of a server have to authenticate, by a secret or a certificate.
    var authenticatesClients: Bool {
        #if TLS
        authentication != nil || tls != nil
        #else
        authentication != nil
        #endif
    }

    /// Creates the transport security of an address.
    func security(_ role: ConnectionEnd.Role, at address: Address) throws(CallError) -> ConnectionSecurity {
        #if TLS
        try ConnectionSecurity(role, at: address, tls)
        #else
        try ConnectionSecurity(role, at: address)
        #endif
    }
}
