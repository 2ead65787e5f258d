/// What a peer takes from its other end, and how much it keeps for it.
public struct PeerLimits: Hashable, Sendable {
    /// The largest frame, in bytes after its length: 16 MiB.
    ///
    /// A longer one closes the connection before its body is read. The other end does not send one: what is larger there
    /// becomes an error of its call. No connection opens with less than 64.
    public var frameBytes = 16 << 20
    /// The largest frame before the handshake is done, in bytes: 16 KiB.
    package var helloBytes = 16 << 10
    /// The largest frame before both sides have proven themselves, hello included, in bytes: 1 KiB.
    ///
    /// Only where a shared secret is demanded.
    package var unprovenBytes = 1 << 10
    /// Calls served at once: 2,048; one more is answered `.busy`.
    ///
    /// Sixteen times what a gateway lets one page have, so that no page uses up the service that all pages share. The
    /// other end is sent this number and lets calls wait beyond it. A stream counts as a call until it has begun. A
    /// cancelled call does not count, as long as no more than this number of them have yet to end.
    public var callsInFlight = 2_048
    /// Streams produced at once: 4,096; a call that begins one more is answered `.busy`, executed.
    ///
    /// Sixteen times the subscriptions of one page.
    public var streams = 4_096
    /// Bytes in the arguments of all calls and streams served at once: 2 GiB; a call above it is answered `.busy`.
    ///
    /// What sixteen pages have in flight at most. Lower it, or ``frameBytes``, where clients are not trusted or memory is
    /// short.
    public var servedBytes = 2 << 30
    /// How many calls, each made while serving the one before, may lead to one; one deeper is answered `.invalidRequest`.
    ///
    /// Two peers that call each other back end earlier, with `.busy`, where they serve fewer than half as many at once.
    public var callDepth = 256
    /// Ends through which an error may come that are told; those nearest to its origin.
    public var errorHops = 64
    /// UTF-8 bytes in all traces of one error: 16 KiB; what is longer is cut.
    public var errorTraceBytes = 16 << 10
    /// UTF-8 bytes in the path of a method.
    public var pathBytes = 128
    /// Notifications waiting or being handled; one more is dropped, and reported to the observer.
    public var notifications = 1_024
    /// How long a call made here waits for its reply when nothing else is said: 30 seconds; `nil` for no end.
    ///
    /// Calls of a handler that has a deadline end with that.
    public var callTimeout: Duration? = .seconds(30)
    /// Calls made here that wait until the other end has room for them, or until the handshake is done: 1,024; one more
    /// fails with `.busy`.
    ///
    /// Each waits until its deadline, and at most for ``callTimeout``.
    public var waitingCalls = 1_024
    /// Notifications that wait for the end of the handshake; one more fails with `.busy`.
    package var earlyNotifications = 1_024
    /// References that the other end may hold, and that are held of it: 160,000; one more to be lent fails with
    /// `.tooManyReferences`.
    ///
    /// Sixteen times those of one page. The smaller number of both ends counts for what one lends to the other.
    public var references = 160_000
    /// Bytes waiting to be sent, those of calls that wait for room among them.
    ///
    /// Above a sixteenth of it, 2 MiB, calls of the other side begin, and streams that are produced here go on, only when
    /// output has been taken. Above it calls made here fail with `.busy`. A result that would bring it above one and a
    /// half times as much becomes the error `.busy`, whose call was executed; above twice as much the connection ends.
    public var queuedBytes = 32 << 20

    /// Bytes waiting to be sent above which no more are made.
    package var crowdingBytes: Int { queuedBytes / 16 }

    /// Bytes waiting to be sent, with a result, above which the result is not sent.
    package var answerRoom: Int { queuedBytes + queuedBytes / 2 }

    /// The limits of a peer that was given none.
    public static let standard = PeerLimits()

    /// Starts from the standard limits.
    public init() {}
}
