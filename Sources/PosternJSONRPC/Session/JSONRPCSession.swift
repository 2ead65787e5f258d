package import Postern
package import PosternLedger

/// The JSON-RPC protocol of one connection as a pure state machine: messages in, messages and actions out.
///
/// A session has no I/O, clock or tasks, and belongs to the event loop of its connection. Every function appends at
/// most one whole message to the output, or returns it as the first action if it is large. The owner sends that message
/// first and performs the actions after it.
package struct JSONRPCSession: ~Copyable {
    /// The settings of the server; a shared object, to keep idle sessions small.
    let settings: JSONRPCSettings
    /// The limits on what the client may request.
    package var limits: JSONRPCLimits { settings.limits }
    /// Whether the connection can carry more than responses: events, progress and calls to the client.
    package let allowsSubscriptions: Bool
    /// The error for every call but `rpc.ping` and the methods of the gateway; `nil` to accept calls.
    ///
    /// Set while the client is not authenticated, or while the server is draining.
    package var refusal: CallError?
    /// The deadline of all calls of the session; `nil` for no deadline besides those of the calls.
    package var deadline: ContinuousClock.Instant? {
        get { deadlines.first }
        set { deadlines = newValue.map { [$0] } ?? [] }
    }
    /// The deadline, if any.
    ///
    /// An array, because the size of `ContinuousClock.Instant` is only known at run time: a stored one would make the
    /// layout of the whole session dynamic, and every access to a member slower.
    private var deadlines: [ContinuousClock.Instant] = []

    /// The rate of the client's messages; `nil` if it is not limited, as over plain POST.
    let rate: MessageRate?
    /// The account of the memory that the client makes this process hold; `nil` for a client without a budget.
    package var account: MemoryAccount?

    /// The requests without a response.
    var calls = RequestTable()
    /// The batches of which a call runs, waits or is unanswered.
    var batches = GenerationalTable<Batch>()
    /// The open subscriptions.
    var subscriptions = GenerationalTable<Subscription>()
    /// The tickets of the open subscriptions by the texts of their ids.
    var subscriptionTickets: [[UInt8]: SubscriptionTicket] = [:]
    /// Whether an entry of the batch that is being read was enqueued.
    var isQueueing = false
    /// The ids of the calls to the client without a response.
    var clientCalls: Set<UInt64> = []
    /// The results with references in the response that is being written.
    var unsentReferences: [Payload] = []
    /// The number of responses to unknown calls.
    var strayResponses = 0
    /// The number of responses that say that the server accepts no calls.
    private(set) var turnedAwayCount = 0
    /// The number of responses in the last batch; `nil` until one is complete.
    var batchAnswerCount: Int?
    /// The number in the last id that was generated for a subscription.
    var lastSubscriptionNumber = 0

    /// Creates a session.
    ///
    /// - Parameters:
    ///   - settings: The settings of the server.
    ///   - allowsSubscriptions: Whether more than responses can be sent; `false` for a plain POST.
    package init(_ settings: JSONRPCSettings, allowsSubscriptions: Bool) {
        self.settings = settings
        self.allowsSubscriptions = allowsSubscriptions
        rate = allowsSubscriptions ? settings.limits.messagesPerSecond.map(MessageRate.init) : nil
    }

    /// The number of calls that run.
    package var callsInFlight: Int { calls.runningCount }

    /// Whether every response to the only message of this session says that this server accepts no calls, so that the
    /// client may try another one: the server is draining or cannot reach its service.
    package var isTurnedAway: Bool { turnedAwayCount > 0 && turnedAwayCount == batchAnswerCount ?? 1 }

    /// Counts a response that says that the server accepts no calls.
    mutating func noteTurnedAway() { turnedAwayCount += 1 }

    /// The number of open subscriptions.
    package var openSubscriptions: Int { subscriptions.count }

    /// Receives one whole message of the client.
    ///
    /// Immediate methods run within this call. Their responses are in the output, or in the first action if they are
    /// large; there is neither if no response is due yet.
    ///
    /// - Parameters:
    ///   - message: The bytes of the message.
    ///   - dispatcher: The dispatcher that serves the calls.
    ///   - now: The time of arrival.
    ///   - isIdle: Whether every started call has begun to run; if not, immediate methods become actions too, so that
    ///     none overtakes an earlier call.
    ///   - output: The buffer that the response is appended to.
    ///   - actions: The array that receives the actions to perform after the output is sent.
    /// - Returns: Whether the message is well-formed JSON.
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
                // Checked whole, to distinguish text that is not JSON from JSON that is no request.
                try scanner.scanValue(message, depth: 0)
                try scanner.scanEnd(message)
                countMessage(now, &actions)
                ResponseWriter.append(.invalidRequest(Envelope.Fault.notAnObject.explanation), id: [], into: &output)
            }
            return true
        } catch {
            countMessage(now, &actions)
            ResponseWriter.append(CallError(error), id: [], into: &output)
            return false
        }
    }

    /// The calls without a response, those that wait in a batch first.
    package var unansweredCalls: [CallTicket] { calls.tickets }

    /// Finishes a call with an error although it may still run; its result will be ignored.
    ///
    /// Abandon calls in the order of ``unansweredCalls``, so that no waiting call starts because another one ended.
    ///
    /// - Parameters:
    ///   - ticket: The ticket of the call.
    ///   - error: The error to respond with; for a call that was not started it says that it was not executed.
    ///   - output: The buffer that the response, or that of the whole batch, is appended to.
    ///   - actions: The array that receives the actions to perform after the output is sent.
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

    /// Ends the session after its connection has closed.
    ///
    /// - Returns: The actions that cancel every running call and stop every subscription.
    package mutating func connectionClosed() -> [Action] {
        releaseAll()
        // Waiting calls and topics that are not joined yet have no handler to cancel.
        var actions = calls.removeAll().map(Action.cancel)
        subscriptions.forEach { slot, generation, subscription in
            actions.append(subscription.end(SubscriptionTicket(slot: slot, generation: generation)))
        }
        subscriptions.removeAll()
        subscriptionTickets = [:]
        batches.removeAll()
        return actions
    }
}
