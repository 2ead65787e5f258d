/// The protocol between two peers as a pure state machine: a frame or an event goes in, an action comes out.
///
/// Holds no clock, lock or socket. What waits is opaque to it: `Waiter` stands for a caller, `Handler` for a running
/// handler, `Parked` for the reader or the producer of a stream.
struct PeerState<Waiter: Sendable, Handler: Sendable, Parked: Sendable>: Sendable {
    typealias Action = PeerAction<Waiter, Handler, Parked>
    typealias Remains = PeerRemains<Waiter, Handler, Parked>

    enum Phase: Hashable, Sendable {
        case connecting, authenticating, open, closed
    }

    let limits: PeerLimits
    var phase = Phase.connecting
    /// What the other side said of itself.
    private(set) var remote = Hello()
    /// Why the other side takes no more calls.
    private(set) var goodbye: DisconnectReason?
    /// Why the connection ended.
    private(set) var ending: DisconnectReason?
    /// Whether this side takes no more calls.
    var isDraining = false
    /// Whether calls may still arrive that the other side sent before it received the goodbye.
    var awaitsCrossingCalls = false
    /// What streams end with that were being produced when this side began to drain.
    var endOfStreams: CallError?
    /// How both sides prove themselves; `nil` when nobody has to.
    var exchange: AuthenticationExchange?

    var calls = CallTable<Waiter>()
    var waiting = WaitingRoom<Waiter>()
    var outbox = Outbox()
    var served: [UInt64: ServedCall<Handler, Parked>] = [:]
    var counts = ServedCounts()
    var notificationsDropped = 0
    /// Whether handlers wait until output was taken.
    var isHolding = false
    /// Whether a producer waits until output was taken.
    var isRoomAwaited = false
    var nextNotificationID = firstNotificationID
    var readers: [UInt64: IncomingStream<Parked>] = [:]
    var drainWaiter: Parked?
    /// The references of a message whose frame has not arrived yet.
    var waitingReferences: ReceivedReferences?

    /// Numbers from here on are never those of a call that came over the wire.
    static var firstNotificationID: UInt64 { 1 << 63 }

    init(limits: PeerLimits) { self.limits = limits }

    /// Writes the hello of this side.
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

    /// Begins a turn of the owner, who takes the output afterwards; gives the references of the first message.
    mutating func beginTurn() -> ReceivedReferences? {
        outbox.beginTurn()
        return waitingReferences.take()
    }

    /// The largest frame that the other side takes, in bytes after its length; none that leaves is larger.
    var outgoingFrameLimit: Int { remote.maximumFrameBytes }

    /// Whether so much waits to be sent that no more of it is made: handlers and items of streams wait.
    var isCrowded: Bool { outbox.byteCount > limits.crowdingBytes }

    /// Whether more waits to be sent than a reader at any speed would leave.
    var isOverfull: Bool { outbox.byteCount > 2 * limits.queuedBytes }

    /// Whether no call is under way in either direction; streams that are read here do not count.
    var isIdle: Bool { calls.isEmpty && waiting.isEmpty && served.isEmpty }

    /// Applies one frame, whose ranges point into `bytes`.
    ///
    /// - Parameters:
    ///   - frame: What arrived.
    ///   - bytes: What its ranges point into.
    ///   - references: Those that the frame before this one told of.
    /// - Returns: What is to be done.
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
            outbox.write { FrameWriter.writeNumbers(.pong, number, into: &$0) }
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

    private mutating func receiveFirst(_ frame: Frame, in bytes: [UInt8]) -> Action {
        switch frame {
        case .hello(let hello):
            guard hello.version == Hello.supportedVersion else {
                let message = "version \(hello.version) is not spoken here; supported versions: 1"
                return .disconnect(DisconnectReason(.versionMismatch, message))
            }
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

    private mutating func receiveGoodbye(_ code: Int, _ text: Range<Int>, in bytes: [UInt8]) -> Action {
        guard code == 0 else { return receiveFinalGoodbye(code, text, in: bytes) }
        let reason = noteGoodbye(code, text, in: bytes)
        return .beginClosing(waiting.removeAll(), CallError(.draining, reason.message, ran: .no))
    }

    /// A side that says goodbye with a code other than 0, or before the connection is open, answers nothing any more,
    /// whether the end of its socket arrives or not.
    mutating func receiveFinalGoodbye(_ code: Int, _ text: Range<Int>, in bytes: [UInt8]) -> Action {
        .disconnect(noteGoodbye(code, text, in: bytes))
    }

    private mutating func noteGoodbye(_ code: Int, _ text: Range<Int>, in bytes: [UInt8]) -> DisconnectReason {
        let reason = DisconnectReason(goodbyeCode: code, String(decoding: bytes[text], as: UTF8.self))
        goodbye = reason
        return reason
    }

    /// Settles a call by an answer that arrived.
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
    ///   - reason: Why it ends.
    ///   - isLost: Whether nothing can be sent any more, so that calls which wait to be sent certainly were not executed.
    /// - Returns: Everything that waits; `nil` when it has ended before.
    mutating func close(_ reason: DisconnectReason, isLost: Bool = false) -> Remains? {
        guard phase != .closed else { return nil }
        // What the other side does not read would keep the goodbye from it.
        let discards = isLost || reason.kind == .slowReader
        let unsent = discards ? outbox.discardCalls() : []
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
            readers[id]?.finish(error)
            if let reader = readers[id]?.unpark() { parked.append(reader) }
        }
        let handlers = served.values.compactMap(\.handler)
        served = [:]
        counts = ServedCounts()
        let sent = calls.removeAll { unsent.contains($0) }
        return Remains(
            waiters: sent.others,
            unsent: sent.matching + waiting.removeAll(),
            handlers: handlers,
            parked: parked
        )
    }
}
