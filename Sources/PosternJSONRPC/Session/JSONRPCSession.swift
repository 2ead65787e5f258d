package import Postern

/// The JSON-RPC side of one client's connection: messages in, messages and actions out.
///
/// A pure state machine without I/O, clock or tasks, owned by the event loop of the connection. Every function appends
/// at most one whole message to the output; that message is sent first, then the actions are done.
package struct JSONRPCSession: ~Copyable {
    /// What all sessions of a server have in common; shared, so that an idle session is small.
    let settings: JSONRPCSettings
    /// What the client may ask for.
    package var limits: JSONRPCLimits { settings.limits }
    /// Whether anything but answers can be sent to the client: subscriptions, events and progress.
    package let allowsSubscriptions: Bool
    /// What every call is answered that is neither `rpc.ping` nor a method of the gateway; `nil` to let calls through.
    ///
    /// Set it while nobody has proven who is calling, or while the server is stopping.
    package var refusal: CallError?
    /// When the client stops waiting for whatever it asks; `nil` for no limit beside those of its calls.
    package var deadline: ContinuousClock.Instant? {
        get { deadlines.first }
        set { deadlines = newValue.map { [$0] } ?? [] }
    }
    /// None or one.
    ///
    /// How large an instant is, is not known before the program runs: in the session itself it would make every member
    /// slower to reach.
    private var deadlines: [ContinuousClock.Instant] = []

    var calls = RequestTable()
    var batches = GenerationalTable<Batch>()
    var subscriptions = GenerationalTable<Subscription>()
    /// Whether an entry of the batch that is being read waits for its turn.
    var isQueueing = false
    /// Calls to the client that it has not answered.
    var clientCalls: Set<UInt64> = []
    /// Results with references whose response is being written.
    var unsentReferences: [Payload] = []
    var strayResponses = 0
    /// Answers that say that this server takes no calls now.
    private(set) var turnedAwayCount = 0
    /// How many answers the last batch had; `nil` before one is complete.
    var batchAnswerCount: Int?
    var lastSubscriptionNumber = 0

    /// Begins a session of a server.
    ///
    /// - Parameters:
    ///   - settings: What all sessions of the server have in common.
    ///   - allowsSubscriptions: `false` where only answers can be sent, as on a plain POST.
    package init(_ settings: JSONRPCSettings, allowsSubscriptions: Bool) {
        self.settings = settings
        self.allowsSubscriptions = allowsSubscriptions
    }

    /// How many calls were handed out and not yet finished.
    package var callsInFlight: Int { calls.runningCount }

    /// Whether all that was answered to the one message of this session says that the server takes no calls now, and
    /// another one may: it is stopping, or does not reach what is behind it.
    package var isTurnedAway: Bool { turnedAwayCount > 0 && turnedAwayCount == batchAnswerCount ?? 1 }

    mutating func noteTurnedAway() { turnedAwayCount += 1 }

    /// How many subscriptions are open.
    package var openSubscriptions: Int { subscriptions.count }

    /// Takes one whole message from the client.
    ///
    /// Methods that are immediate are run right here, and answered in the output. Nothing is appended when there is
    /// nothing to be answered yet.
    ///
    /// - Parameters:
    ///   - message: The bytes of the message.
    ///   - dispatcher: What answers the calls.
    ///   - now: The time of its arrival.
    ///   - isIdle: Whether every call that was handed out has begun: otherwise none is run here, and overtakes another.
    ///   - output: Where answers are appended.
    ///   - actions: What is to be done after they are sent.
    /// - Returns: Whether the message was well-formed JSON.
    @discardableResult
    package mutating func receive(
        _ message: Span<UInt8>,
        from dispatcher: some Dispatcher,
        now: ContinuousClock.Instant,
        isIdle: Bool = true,
        into output: inout [UInt8],
        actions: inout [Action]
    ) -> Bool {
        var scanner = JSONScanner(maximumValues: limits.values)
        do throws(JSONFault) {
            switch try scanner.nextByte(message) {
            case Byte.openBrace:
                let envelope = try EnvelopeReader.read(message, with: &scanner, depth: 0)
                try scanner.scanEnd(message)
                let context = Reception(now: now, isIdle: isIdle, place: nil)
                take(envelope, of: message, from: dispatcher, context, into: &output, actions: &actions)
            case Byte.openBracket:
                let context = Reception(now: now, isIdle: isIdle, place: nil)
                try receiveBatch(message, &scanner, from: dispatcher, context, into: &output, actions: &actions)
            default:
                try scanner.scanValue(message, depth: 0)
                try scanner.scanEnd(message)
                ResponseWriter.append(.invalidRequest(Envelope.Fault.notAnObject.explanation), id: [], into: &output)
            }
            return true
        } catch {
            ResponseWriter.append(CallError(error), id: [], into: &output)
            return false
        }
    }

    /// The calls that have no answer yet; those that wait for their turn in a batch first.
    package var unansweredCalls: [CallTicket] { calls.tickets }

    /// Appends an error as the answer of a call that may still run, or that of its whole batch; a result that comes
    /// later is ignored.
    ///
    /// Calls are given up in the order of ``unansweredCalls``, so that none of a batch starts because another ended.
    ///
    /// - Parameters:
    ///   - ticket: The call.
    ///   - error: What it is answered with; a call that was not started says that it was not executed.
    ///   - output: Where the answer is appended.
    ///   - actions: What is to be done after it is sent.
    package mutating func abandon(
        _ ticket: CallTicket,
        with error: CallError,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        var error = error
        if let call = calls[ticket], call.isWaiting || call.isTopic {
            error = CallError(error.code, error.message, ran: .no)
        }
        settle(ticket, .failure(error), into: &output, actions: &actions)
    }

    /// Ends the session: everything handed out is to be cancelled, and nothing is sent any more.
    package mutating func connectionClosed() -> [Action] {
        var actions = calls.removeAll().map(Action.cancel)
        subscriptions.forEach { slot, generation, subscription in
            actions.append(subscription.end(SubscriptionTicket(slot: slot, generation: generation)))
        }
        subscriptions.removeAll()
        batches.removeAll()
        return actions
    }

    /// The path of a method or service, names joined by `/`.
    package static func path(_ name: String) -> String {
        name.utf8.contains(Byte.dot) ? String(name.map { $0 == "." ? "/" : $0 }) : name
    }
}

/// When a message came, and where in a batch it stands.
struct Reception {
    let now: ContinuousClock.Instant
    /// Whether every call that was handed out before has begun.
    let isIdle: Bool
    let place: BatchPlace?
}
