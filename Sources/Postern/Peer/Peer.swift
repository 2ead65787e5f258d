internal import PosternLedger
internal import Synchronization

/// One side of a connection.
///
/// Both sides may call methods of the other one.
///
/// A peer is usable as soon as it is created: calls that are made before the end of the handshake wait, in order. It
/// serves the methods of its dispatcher for as long as the connection is open. The connection retains its peer until it
/// ends; ``close()`` ends it.
public final class Peer: Sendable {
    typealias Parked = Suspension<Void>
    typealias State = PeerState<CallWaiter, Task<Void, Never>, Parked>

    /// The limits on what the remote peer may send.
    package let limits: PeerLimits
    /// The name of this peer in its hello and in the hops of errors.
    let name: String
    let sendsTraces: Bool
    let observer: (any IncidentObserver)?
    let dispatcher: any Dispatcher
    let transport: any FrameTransport
    let authentication: (any Authentication)?
    let lane: HandlerLane
    /// The calls that wait to be served, or `nil` for a peer that serves calls as they arrive.
    let arrivals: ArrivalQueue?
    let status = ConnectionStatus()
    private let state: Mutex<State>
    let expiry = ExpiryTimer()
    package let references: ReferenceStore
    package let link = ConnectionLink()
    /// The tasks of the handlers that were running when the connection ended.
    let lastHandlers = Mutex<[Task<Void, Never>]>([])
    /// Whether references wait to be released at the remote peer.
    let areReleasesDue = Atomic(false)

    /// Creates one side of a connection and writes its hello.
    ///
    /// - Parameters:
    ///   - transport: The transport, whose owner calls ``receive(_:)``.
    ///   - dispatcher: The dispatcher that replies to calls of the remote peer.
    ///   - limits: The limits on what the remote peer may send.
    ///   - name: The name of this peer in its hello.
    ///   - serving: Whether calls are served as they arrive or on request.
    ///   - sendsTraces: Whether errors include the description of what a handler threw, and traces of earlier hops.
    ///   - observer: The observer that is notified of failed handlers.
    ///   - authentication: The authentication of this peer; the remote peer must have one if and only if this one has.
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
        // The default of a remote peer whose hello has not arrived or has no limit.
        references.limitExports(to: Int(Hello().maximumReferences))
        var state = State(limits: limits)
        state.start(name: name, authentication.map { AuthenticationExchange($0.end, nonce: $0.method.makeNonce()) })
        self.state = Mutex(state)
        // Last, as it makes the peer visible to handlers and references.
        link.connect(to: self)
    }

    /// The executor for tasks that make many calls: the event loop of the connection, or `nil` if there is none.
    ///
    /// Calls that are made there in one turn are sent together, and their replies resume the task without a change of
    /// threads: `Task(executorPreference: peer.executor) { … }`. The task must neither block nor compute for long.
    public var executor: (any TaskExecutor)? { transport.executor }

    /// Changes the state, and wakes the transport if there is output.
    @inline(__always)
    func change<R: Sendable, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
        let (result, wakesTransport, drained, isOverfull) = try state.withLock { state throws(E) in
            let result = try body(&state)
            // In the same step as the write that crowds the outbox: no handler may begin in between.
            if state.isCrowded { hold(&state) }
            if state.outbox.byteCount >= MemoryLedger.step { state.chargeOutput() }
            return (result, state.outbox.takeWakeUp(), state.takeDrainWaiter(), state.isOverfull)
        }
        // After the lock is released: each of these calls out, and may come back to this peer.
        if wakesTransport { transport.outputBecameReady() }
        drained?.resume()
        if isOverfull { disconnect(DisconnectReason(.slowReader, "The other side reads too slowly")) }
        return result
    }

    /// Changes the state within a turn of the transport's owner, which takes the output at the end of the turn.
    @inline(__always)
    func changeInTurn<R: Sendable>(_ body: (inout State) -> R) -> R { state.withLock { body(&$0) } }

    /// Suspends the current task until its suspension is resumed.
    ///
    /// Returns at once if `park` returns `false`.
    func wait(_ park: (inout State, Parked) -> Bool) async {
        await Suspension.wait { continuation in
            if !change({ park(&$0, continuation) }) { continuation.resume() }
        }
    }
}

extension Peer {
    /// Closes the connection.
    ///
    /// Pending calls fail and running handlers are cancelled.
    public func close() { disconnect(DisconnectReason(.closedHere, "The connection was closed")) }

    /// Refuses further calls, waits for those in flight in both directions, then closes the connection.
    ///
    /// Streams that are produced by this peer end with `.draining`. Calls of the remote peer that cross the goodbye are
    /// refused as not executed, so that it may make them elsewhere. Cancelling the task closes the connection without
    /// waiting.
    ///
    /// - Parameter grace: The time after which to close the connection in any case, or `nil` for no limit.
    public func drain(grace: Duration? = .seconds(7)) async {
        for handler in change({ $0.beginDraining("The other side is stopping") }) { handler.cancel() }
        // A remote peer that answers no pings must not delay the end for the whole grace period.
        let crossing = after(Self.crossingTime) { $0.change { $0.awaitsCrossingCalls = false } }
        let end = grace.map { after($0) { $0.close() } }
        await withTaskCancellationHandler {
            // With manual serving no other code may be left to serve what has arrived.
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

    /// The number of calls that were sent and have no reply yet.
    package var unansweredCalls: Int { changeInTurn { $0.calls.count } }

    /// Waits for the handlers that were running when the connection ended.
    package func waitForHandlers() async {
        for handler in lastHandlers.withLock({ exchange(&$0, with: []) }) { await handler.value }
    }

    /// The time to wait, after a goodbye was sent, for calls that the remote peer sent before it received the goodbye.
    private static let crossingTime = Duration.seconds(1)

    private func after(_ time: Duration, _ step: @escaping @Sendable (Peer) -> Void) -> Task<Void, Never> {
        Task {
            try? await Task.sleep(for: time.clamped)
            if !Task.isCancelled { step(self) }
        }
    }

    /// Ends the connection and settles everything that waits.
    ///
    /// Only the first reason counts.
    func disconnect(_ reason: DisconnectReason, isLost: Bool = false) {
        guard let remains = changeInTurn({ $0.close(reason, isLost: isLost) }) else { return }
        // The state is closed. Everything below calls out, without a lock, in the order that callers observe: their
        // calls first, the end of the connection last.
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

/// A dispatcher without methods, for a peer that only makes calls.
public struct NothingExposed: Dispatcher {
    /// Creates a dispatcher without methods.
    public init() {}

    /// Always throws `.methodNotFound`.
    public func dispatch(_ call: Call) async throws(CallError) -> Reply { throw Self.notFound }

    /// Returns `.immediate`: the error needs no task.
    public func execution(of path: Span<UInt8>) -> MethodExecution { .immediate(Self.method) }

    private static let notFound = CallError(.methodNotFound, "This side exposes no methods")
    private static let method = ImmediateMethod(isSafe: true) { (_, _, _) throws(CallError) in throw notFound }
}
