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
    package let limits: PeerLimits
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
    package init(
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

extension Peer {
    /// Ends the connection at once: pending calls fail, running handlers are cancelled.
    public func close() { disconnect(DisconnectReason(.closedHere, "The connection was closed")) }

    /// Takes no more calls, waits for those in flight in both directions, then closes.
    ///
    /// Streams that are produced here end with `.draining`. Cancelling the task closes at once.
    ///
    /// Calls of the other side that cross this are refused as not executed, so that it may make them elsewhere.
    ///
    /// - Parameter grace: How long to wait before closing anyway; `nil` waits as long as it takes.
    public func drain(grace: Duration? = .seconds(7)) async {
        for handler in change({ $0.beginDraining("The other side is stopping") }) { handler.cancel() }
        // One that answers no ping holds up the end for a moment only.
        let crossing = after(Self.crossingTime) { $0.change { $0.awaitsCrossingCalls = false } }
        let end = grace.map { after($0) { $0.close() } }
        await withTaskCancellationHandler {
            await pollAll()
            await wait { $0.parkUntilIdle($1) }
        } onCancel: {
            close()
        }
        crossing.cancel()
        end?.cancel()
        close()
        await transport.waitUntilClosed()
    }

    /// How many calls were sent and have no answer yet.
    package var unansweredCalls: Int { changeInTurn { $0.calls.count } }

    /// Waits, after the end, for the handlers that were running then.
    package func waitForHandlers() async {
        for handler in lastHandlers.withLock({ exchange(&$0, with: []) }) { await handler.value }
    }

    /// How long calls may be under way that the other side sent before it received the goodbye.
    private static let crossingTime = Duration.seconds(1)

    private func after(_ time: Duration, _ step: @escaping @Sendable (Peer) -> Void) -> Task<Void, Never> {
        Task {
            try? await Task.sleep(for: time.clamped)
            if !Task.isCancelled { step(self) }
        }
    }

    /// Settles everything that waits, tells who asked, and ends the connection; only the first reason counts.
    func disconnect(_ reason: DisconnectReason, isLost: Bool = false) {
        guard let remains = changeInTurn({ $0.close(reason, isLost: isLost) }) else { return }
        for (waiters, ran) in [(remains.waiters, CallError.Executed.unknown), (remains.unsent, .no)] {
            let error = CallError(reason.callCode, reason.callMessage, ran: ran)
            for waiter in waiters { waiter.settle(.failure(error)) }
        }
        for parked in remains.parked { parked.resume() }
        lane.resume(lane.release())
        for handler in remains.handlers { handler.cancel() }
        lastHandlers.withLock { $0 = remains.handlers }
        expiry.stop()
        arrivals?.end()
        references.close()
        link.cut()
        status.end(reason)
        transport.close()
    }
}

/// What a peer serves that only calls: every method is answered "not found" at once.
public struct NothingExposed: Dispatcher {
    /// Makes a dispatcher without methods.
    public init() {}

    /// Fails.
    ///
    /// - Throws: `CallError` with `.methodNotFound`.
    public func dispatch(_ call: Call) async throws(CallError) -> Reply { throw Self.notFound }

    /// At once.
    public func execution(of path: Span<UInt8>) -> MethodExecution { .immediate(Self.method) }

    private static let notFound = CallError(.methodNotFound, "This side exposes no methods")
    private static let method = ImmediateMethod(isSafe: true) { (_, _, _) throws(CallError) in throw notFound }
}
