internal import PosternLedger

/// The protocol between two peers as a pure state machine: a frame or an event goes in, an action comes out.
///
/// It holds no clock, lock or socket. Whatever waits is opaque to it: `Waiter` is a caller, `Handler` a running
/// handler, and `Parked` a suspended reader or producer of a stream.
struct PeerState<Waiter: Sendable, Handler: Sendable, Parked: Sendable>: Sendable {
    typealias Action = PeerAction<Waiter, Handler, Parked>
    typealias Remains = PeerRemains<Waiter, Handler, Parked>

    enum Phase: Hashable, Sendable {
        case connecting, authenticating, open, closed
    }

    let limits: PeerLimits
    var phase = Phase.connecting
    /// The hello of the remote peer; the standard one until it has arrived.
    private(set) var remote = Hello()
    /// The goodbye of the remote peer, after which it accepts no more calls.
    private(set) var goodbye: DisconnectReason?
    /// The reason for which the connection ended.
    private(set) var ending: DisconnectReason?
    /// Whether this peer refuses further calls.
    var isDraining = false
    /// Whether calls may still arrive that were sent before the goodbye was received.
    var awaitsCrossingCalls = false
    /// The error with which streams end that this peer was producing when it began to drain.
    var endOfStreams: CallError?
    /// The state of the authentication, or `nil` if none is required or it is complete.
    var exchange: AuthenticationExchange?

    var calls = CallTable<Waiter>()
    var waiting = WaitingRoom<Waiter>()
    var outbox = Outbox()
    /// Calls of the remote peer that are being served and notifications that are being handled, by identifier.
    var served: [UInt64: ServedCall<Handler, Parked>] = [:]
    /// The number of entries of ``served``, by kind.
    var counts = ServedCounts()
    var notificationsDropped = 0
    /// Whether handlers are held until output is taken.
    var isHolding = false
    /// Whether a producer is suspended until output is taken.
    var isRoomAwaited = false
    var nextNotificationID = firstNotificationID
    /// The streams that are read here, by identifier.
    var readers: [UInt64: IncomingStream<Parked>] = [:]
    /// The task that drains the connection, while it is suspended.
    var drainWaiter: Parked?
    /// The memory that the remote peer makes this process hold; `nil` without a budget.
    var memory: MemoryTally? {
        didSet { certainBytes = -1 }
    }
    /// The size of arguments for which ``memory`` has room in any case, as long as it does not change.
    var certainBytes = Int.max
    /// The size of the output that the transport has taken and not sent, in bytes.
    var bufferedBytes = 0
    /// The last refusal because of a budget, until it is reported.
    var refusedMemory: MemoryRefusal?
    /// The references of a message whose own frame has not arrived yet.
    var waitingReferences: ReceivedReferences?

    /// The first identifier of notifications, which no call of the remote peer may have.
    static var firstNotificationID: UInt64 { 1 << 63 }

    init(limits: PeerLimits) { self.limits = limits }

    /// Writes the hello of this peer.
    mutating func start(name: String, _ exchange: AuthenticationExchange? = nil) {
        self.exchange = exchange
        let hello = Hello(
            maximumFrameBytes: limits.frameBytes,
            maximumHops: limits.errorHops,
            maximumCallsInFlight: UInt32(clamping: limits.callsInFlight),
            maximumReferences: UInt32(clamping: limits.references),
            maximumStreams: UInt32(clamping: limits.streams),
            takesNames: true,
            takesTraceIDs: true,
            takesOrigin: true,
            name: name,
            nonce: exchange?.nonce
        )
        outbox.writeNow { FrameWriter.writeHello(hello, into: &$0) }
    }

    /// Begins a turn of the transport, which takes the output at its end.
    ///
    /// - Returns: The references of the first message, if their frame was the last one of the previous turn.
    mutating func beginTurn() -> ReceivedReferences? {
        outbox.beginTurn()
        return waitingReferences.take()
    }

    /// The maximum size of a frame that the remote peer reads, in bytes after its length; no larger frame is sent.
    var outgoingFrameLimit: Int { remote.maximumFrameBytes }

    /// Whether so much output waits to be sent that no handler begins and no stream continues.
    var isCrowded: Bool { outbox.byteCount > limits.crowdingBytes }

    /// Whether so much output waits to be sent that the remote peer cannot be reading.
    var isOverfull: Bool { outbox.byteCount > 2 * limits.queuedBytes }

    /// Whether no call is in flight in either direction; streams that are read here do not count.
    var isIdle: Bool { calls.isEmpty && waiting.isEmpty && served.isEmpty }

    /// Applies a frame.
    ///
    /// - Parameters:
    ///   - frame: The frame, whose ranges are ranges of `bytes`.
    ///   - bytes: The bytes that the frame was read from.
    ///   - references: The references of the frame, announced by the previous frame.
    /// - Returns: What the peer has to do.
    mutating func receive(_ frame: Frame, in bytes: [UInt8], _ references: ReceivedReferences? = nil) -> Action {
        switch phase {
        case .closed: return .none
        case .connecting: return receiveFirst(frame, in: bytes)
        case .authenticating: return receiveUnproven(frame, in: bytes)
        case .open: break
        }
        switch frame {
        case .call(let call): return admit(call)
        case .reply(let id, let value): return settle(id) { .resume($0, value: value) }
        case .failure(let id, let failure): return settle(id) { .fail($0, failure) }
        case .cancel(let id): return receiveCancel(id)
        case .notify(let path, let arguments): return .handleNotification(path: path, arguments: arguments)
        case .stream(let id, let position): return receiveStream(id, position)
        case .item(let id, let offset, let value):
            return receiveItem(id, offset, Payload(received: bytes[value], references))
        case .end(let id, let failure): return receiveEnd(id, failure.map { CallError($0, in: bytes, limits) })
        case .credit(let id, let items): return receiveCredit(id, items)
        case .progress(let id, let value):
            return calls.waiter(of: id).map { .report($0, progress: value) } ?? .none
        case .ping(let number):
            outbox.answer(ping: number, later: isCrowded)
            return .none
        case .pong(let number):
            receivePong(number)
            return .none
        case .goodbye(let code, let text): return receiveGoodbye(code, text, in: bytes)
        case .release(let number, let count): return .release(number: number, count: count)
        case .references(let numbers): return .holdReferences(numbers)
        case .hello: return .disconnect(.protocolViolation("a second hello"))
        case .proof: return .disconnect(.protocolViolation("a proof out of turn"))
        }
    }

    /// Applies the first frame of the remote peer, which is its hello or a goodbye.
    private mutating func receiveFirst(_ frame: Frame, in bytes: [UInt8]) -> Action {
        switch frame {
        case .hello(let hello):
            guard hello.version == Hello.supportedVersion else {
                let message = "version \(hello.version) is not spoken here; supported versions: 1"
                return .disconnect(DisconnectReason(.versionMismatch, message))
            }
            // Every frame without values fits this, so that errors, cancels and grants can always be sent.
            guard hello.maximumFrameBytes >= Hello.leastFrameBytes else {
                let taken = "frameBytes: \(hello.maximumFrameBytes)"
                return .disconnect(
                    .protocolViolation("\(taken) in the hello; a peer takes frames of \(Hello.leastFrameBytes) bytes")
                )
            }
            remote = hello
            return greet(nonce: hello.nonce)
        case .goodbye(let code, let text): return receiveFinalGoodbye(code, text, in: bytes)
        default: return .disconnect(.protocolViolation("the first frame is no hello"))
        }
    }

    /// Applies a goodbye: with code 0 the remote peer drains, with another one it has closed the connection.
    private mutating func receiveGoodbye(_ code: Int, _ text: Range<Int>, in bytes: [UInt8]) -> Action {
        guard code == 0 else { return receiveFinalGoodbye(code, text, in: bytes) }
        let reason = noteGoodbye(code, text, in: bytes)
        // Calls that wait here were not sent, and the remote peer would refuse them.
        return .beginClosing(waiting.removeAll(), CallError(.draining, reason.message, ran: .no))
    }

    /// Applies a goodbye with a code other than 0, or one during the handshake: the remote peer sends nothing more.
    ///
    /// The connection ends at once, whether or not the end of its socket arrives.
    mutating func receiveFinalGoodbye(_ code: Int, _ text: Range<Int>, in bytes: [UInt8]) -> Action {
        .disconnect(noteGoodbye(code, text, in: bytes))
    }

    private mutating func noteGoodbye(_ code: Int, _ text: Range<Int>, in bytes: [UInt8]) -> DisconnectReason {
        let reason = DisconnectReason(goodbyeCode: code, String(decoding: bytes[text], as: UTF8.self))
        goodbye = reason
        return reason
    }

    /// Settles a call by a reply that arrived.
    @inline(__always)
    mutating func settle(_ id: UInt64, _ action: (Waiter) -> Action) -> Action {
        switch calls.receiveReply(to: id) {
        case .resume(let waiter): action(waiter)
        case .late: .none
        case .neverMade: .disconnect(.protocolViolation("an answer to call \(id), which was never made"))
        }
    }

    /// Ends the connection.
    ///
    /// - Parameters:
    ///   - reason: The reason, of which only the first one counts.
    ///   - isLost: Whether nothing can be sent any more, so that calls in the outbox were certainly not executed.
    /// - Returns: Everything that waits, or `nil` if the connection had already ended.
    mutating func close(_ reason: DisconnectReason, isLost: Bool = false) -> Remains? {
        guard phase != .closed else { return nil }
        // A remote peer that reads slowly would receive the goodbye only after everything before it.
        let discards = isLost || [.slowReader, .tooMuchMemory].contains(reason.kind)
        let unsent = discards ? outbox.discard(hasCalls: calls.count > 0) : []
        // The answer to a goodbye is the end of the connection, not another goodbye.
        if goodbye == nil {
            let (code, limit) = (reason.goodbyeCode, outgoingFrameLimit)
            outbox.writeNow { FrameWriter.writeGoodbye(code: code, reason.message, limit: limit, into: &$0) }
        }
        phase = .closed
        ending = reason
        waitingReferences = nil
        let error = CallError(reason.callCode, reason.message)
        var parked = served.values.compactMap(\.parked)
        if let drainWaiter { parked.append(drainWaiter) }
        drainWaiter = nil
        for id in readers.keys {
            // The streams stay in the table: items that arrived are still read, and then the error.
            readers[id]?.finish(error)
            if let reader = readers[id]?.unpark() { parked.append(reader) }
        }
        let handlers = served.values.compactMap(\.handler)
        served = [:]
        counts = ServedCounts()
        chargeArguments()
        let sent = calls.removeAll { unsent.contains($0) }
        return Remains(
            waiters: sent.others,
            unsent: sent.matching + waiting.removeAll(),
            handlers: handlers,
            parked: parked
        )
    }
}
