/// The limits on what a peer accepts from the remote peer, and on what it stores for it.
public struct PeerLimits: Hashable, Sendable {
    /// The maximum size of a frame, in bytes after its length: 16 MiB.
    ///
    /// A longer frame closes the connection before its body is read. The remote peer does not send one: the call or
    /// reply that would need it fails. The minimum is 64; no connection opens with less.
    public var frameBytes = 16 << 20
    /// The maximum size of a frame before the end of the handshake, in bytes: 16 KiB.
    package var helloBytes = 16 << 10
    /// The maximum size of a frame, including the hello, before both peers have authenticated, in bytes: 1 KiB.
    ///
    /// It applies only if a shared secret is required.
    package var unprovenBytes = 1 << 10
    /// The maximum number of calls served at once: 2,048.
    ///
    /// Further calls fail with `.busy`.
    ///
    /// This is sixteen times what a gateway allows one page, so that no page uses up a service that all pages share.
    /// The number is sent to the remote peer, which keeps further calls waiting. A stream counts as a call until it has
    /// begun. Cancelled calls whose handlers still run do not count, up to the same number.
    public var callsInFlight = 2_048
    /// The maximum number of streams produced at once: 4,096.
    ///
    /// Calls that begin further streams fail with `.busy`, as executed.
    ///
    /// This is sixteen times the subscriptions of one page.
    public var streams = 4_096
    /// The maximum size of the arguments of all calls and streams served at once, in bytes: 2 GiB.
    ///
    /// Calls above it fail with `.busy`. This is what sixteen pages have in flight at most. Lower it, or
    /// ``frameBytes``, if clients are not trusted or memory is scarce.
    public var servedBytes = 2 << 30
    /// The maximum number of bytes that a client makes this peer hold, of all kinds: arguments, unread output, and an
    /// incomplete frame: 32 MiB.
    ///
    /// Arguments count three times: as a message, as the decoded value, and in a call that the handler makes with it.
    /// Calls above the limit fail with `.busy`, and notifications are dropped and reported; a single call is served
    /// whatever the size of its arguments is. References have a second budget of the same size. All connections of a
    /// process have one budget too.
    public var heldBytes = 32 << 20
    /// The limit in place of ``heldBytes`` for a peer that may be a gateway: 192 MiB.
    ///
    /// That is one that has authenticated, by a shared secret or a certificate, or whose address is not limited, as on
    /// a Unix socket, the loopback interface, or a trusted proxy. It is six times what a gateway allows one page, so
    /// that no page uses up a service that all pages share.
    public var gatewayHeldBytes = 192 << 20
    /// The maximum number of calls, each made while serving the previous one, that lead to a call: 256.
    ///
    /// Deeper calls fail with `.invalidRequest`. Two peers that call each other back reach an earlier end, with
    /// `.busy`, if they serve fewer than half as many calls at once.
    public var callDepth = 256
    /// The maximum number of hops of an error that are kept: 64, those nearest to its origin.
    public var errorHops = 64
    /// The maximum size of all traces of one error, in UTF-8 bytes: 16 KiB.
    ///
    /// Longer ones are truncated.
    public var errorTraceBytes = 16 << 10
    /// The maximum length of the path of a method, in UTF-8 bytes: 128.
    public var pathBytes = 128
    /// The maximum number of notifications that wait or are being handled: 1,024.
    ///
    /// Further ones are dropped and reported.
    public var notifications = 1_024
    /// The time after which a call without a timeout fails: 30 seconds, or `nil` for no limit.
    ///
    /// A call made by a handler that has a deadline ends with that deadline instead.
    public var callTimeout: Duration? = .seconds(30)
    /// The maximum number of calls made here that wait for room at the remote peer or for the handshake: 1,024.
    ///
    /// Further calls fail with `.busy`. Each call waits until its deadline, and for ``callTimeout`` at most.
    public var waitingCalls = 1_024
    /// The maximum number of notifications that wait for the end of the handshake: 1,024.
    ///
    /// Further ones fail with `.busy`.
    package var earlyNotifications = 1_024
    /// The maximum number of references that each peer holds of the other one: 160,000.
    ///
    /// Passing a further one fails with `.tooManyReferences`. This is sixteen times the references of one page. The
    /// smaller limit of the two peers applies to what one of them passes to the other.
    public var references = 160_000
    /// The size of output at which calls are refused, in bytes, including calls that wait for room: 32 MiB.
    ///
    /// Above a sixteenth of it, 2 MiB, handlers do not begin and streams do not continue until output has been taken.
    /// Above it, calls made here fail with `.busy`. A result above 4 KiB that would exceed one and a half times the limit
    /// is replaced with the error `.busy`, as executed. Above twice the limit the connection is closed.
    public var queuedBytes = 32 << 20

    /// The size of output above which handlers and streams wait, in bytes.
    package var crowdingBytes: Int { queuedBytes / 16 }

    /// The maximum size of output including a result, in bytes, above which the result is not sent.
    package var answerRoom: Int { queuedBytes + queuedBytes / 2 }

    /// The default limits.
    public static let standard = PeerLimits()

    /// Creates the default limits.
    public init() {}
}
