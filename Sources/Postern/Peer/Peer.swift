internal import Synchronization

/// One end of a connection; both ends may call.
///
/// A peer is usable as soon as it is made: calls made before the handshake is done wait, in order. It serves what its
/// dispatcher exposes for as long as the connection stands, without being asked to. A peer lives until its connection
/// ends; ``close()`` ends it.
public final class Peer: Sendable {
    typealias Parked = Suspension<Void>
    typealias State = PeerState<CallWaiter, Task<Void, Never>, Parked>

    /// What this side takes.
    public let limits: PeerLimits
    /// What this side calls itself.
    let name: String
    let sendsTraces: Bool
    let observer: (any IncidentObserver)?
    let dispatcher: any Dispatcher
    let transport: any FrameTransport
    let authentication: (any Authentication)?
    let lane: HandlerLane
    /// What waits to be served; `nil` for a peer that serves as things arrive.
    let arrivals: ArrivalQueue?
    let status = ConnectionStatus()
    private let state: Mutex<State>
    let expiry = ExpiryTimer()
    package let references: ReferenceStore
    package let link = ConnectionLink()
    /// The tasks of the handlers that ran when the connection ended.
    let lastHandlers = Mutex<[Task<Void, Never>]>([])
    /// Whether references wait to be given back.
    let areReleasesDue = Atomic(false)

    /// Makes one end of a connection and writes its hello.
    ///
    /// - Parameters:
    ///   - transport: Carries the frames; its owner feeds ``receive(_:)``.
    ///   - dispatcher: Answers the calls of the other end.
    ///   - limits: What is taken from the other end.
    ///   - name: What this side calls itself in its hello.
    ///   - serving: When the other end's calls are served.
    ///   - sendsTraces: Whether errors of handlers here take along what was thrown, and traces from further away.
    ///   - observer: Takes reports of handlers that fail here.
    ///   - authentication: How this side proves itself; both sides have one, or none has.
    public init(
        transport: any FrameTransport,
        exposing dispatcher: any Dispatcher = NothingExposed(),
        limits: PeerLimits = .standard,
        name: String = "",
        serving: ServingMode = .automatic,
        sendsTraces: Bool = false,
        observer: (any IncidentObserver)? = nil,
        authentication: PeerAuthentication? = nil
    ) {
        arrivals = serving == .manual ? ArrivalQueue() : nil
        self.transport = transport
        lane = HandlerLane(watch: { $0.checkRepeatedly(on: transport) })
        self.dispatcher = dispatcher
        self.limits = limits
        self.name = name
        self.sendsTraces = sendsTraces
        self.observer = observer
        self.authentication = authentication?.method
        references = ReferenceStore(limit: limits.references)
        references.limitExports(to: Int(Hello().maximumReferences))
        var state = State(limits: limits)
        state.start(name: name, authentication.map { AuthenticationExchange($0.end, nonce: $0.method.makeNonce()) })
        self.state = Mutex(state)
        link.lead(to: self)
    }

    /// Where tasks that call much are best run: the event loop of the connection; `nil` where there is none.
    ///
    /// A call made there leaves with all others of the same turn, and is taken up again without a change of threads:
    /// `Task(executorPreference: peer.executor) { … }`. What runs there neither blocks nor computes for long.
    public var executor: (any TaskExecutor)? { transport.executor }

    /// Changes the state, then tells the transport when that left output behind.
    @inline(__always)
    func change<R: Sendable, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
        let (result, wakesTransport, drained, isOverfull) = try state.withLock { state throws(E) in
            let result = try body(&state)
            if state.isCrowded { hold(&state) }
            return (result, state.outbox.takeWakeUp(), state.takeDrainWaiter(), state.isOverfull)
        }
        if wakesTransport { transport.outputBecameReady() }
        drained?.resume()
        if isOverfull { disconnect(DisconnectReason(.slowReader, "The other side reads too slowly")) }
        return result
    }

    /// Changes the state within a turn of the owner, who takes the output afterwards.
    @inline(__always)
    func changeInTurn<R: Sendable>(_ body: (inout State) -> R) -> R { state.withLock { body(&$0) } }

    /// Suspends until somebody resumes what was parked; `park` tells whether there is a reason to wait.
    func wait(_ park: (inout State, Parked) -> Bool) async {
        await Suspension.wait { continuation in
            if !change({ park(&$0, continuation) }) { continuation.resume() }
        }
    }
}
