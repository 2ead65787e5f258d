public import Postern

/// The JSON-RPC side of one client's connection: messages in, messages and actions out.
///
/// A pure state machine without I/O, clock or tasks, owned by the event loop of the connection. Every function appends
/// at most one whole message to the output; that message is sent first, then the actions are done.
public struct JSONRPCSession: ~Copyable {
    /// What the client may ask for.
    public let limits: JSONRPCLimits
    /// Whether anything but answers can be sent to the client: subscriptions, events and progress.
    public let allowsSubscriptions: Bool
    /// What every call is answered that is neither `rpc.ping` nor a method of the gateway; `nil` to let calls through.
    ///
    /// Set it while nobody has proven who is calling, or while the server is stopping.
    public var refusal: CallError?

    /// Methods under `rpc` that the gateway runs by itself, names joined by `/`.
    let gatewayMethods: [String]
    /// What is told of this server in discovery.
    let information: ServerInformation
    var calls = CallTable()
    var batches = SlotTable<Batch>()
    var subscriptions = SlotTable<Subscription>()
    /// Whether an entry of the batch that is being read waits for its turn.
    var isHoldingBack = false
    var strayResponses = 0
    var lastSubscriptionNumber = 0

    /// Begins a session.
    ///
    /// - Parameters:
    ///   - limits: What the client may ask for.
    ///   - allowsSubscriptions: `false` where only answers can be sent, as on a plain POST.
    ///   - gatewayMethods: Methods under `rpc` that are handed out with ``Placement/gateway``, such as `rpc.auth`.
    ///   - information: What is told of this server in discovery.
    public init(
        limits: JSONRPCLimits = JSONRPCLimits(),
        allowsSubscriptions: Bool,
        gatewayMethods: [String] = [],
        information: ServerInformation = ServerInformation()
    ) {
        self.limits = limits
        self.allowsSubscriptions = allowsSubscriptions
        self.gatewayMethods = gatewayMethods.map(Self.path)
        self.information = information
    }

    /// How many calls were handed out and not yet finished.
    public var callsInFlight: Int { calls.runningCount }

    /// How many subscriptions are open.
    public var openSubscriptions: Int { subscriptions.count }

    /// Takes one whole message from the client.
    ///
    /// Methods that are immediate are run right here, and answered in the output. Nothing is appended when there is
    /// nothing to be answered yet.
    ///
    /// - Returns: Whether the message was well-formed JSON.
    @discardableResult
    public mutating func receive(
        _ message: Span<UInt8>,
        from dispatcher: some Dispatcher,
        now: ContinuousClock.Instant,
        into output: inout [UInt8],
        actions: inout [Action]
    ) -> Bool {
        var scanner = JSONScanner(maximumValues: limits.values)
        do throws(JSONFault) {
            switch try scanner.nextByte(message) {
            case Byte.openBrace:
                let envelope = try EnvelopeReader.read(message, with: &scanner, depth: 0)
                try scanner.scanEnd(message)
                let context = Reception(now: now, place: nil)
                take(envelope, of: message, from: dispatcher, context, into: &output, actions: &actions)
            case Byte.openBracket:
                try receiveBatch(message, &scanner, from: dispatcher, now: now, into: &output, actions: &actions)
            default:
                try scanner.scanValue(message, depth: 0)
                try scanner.scanEnd(message)
                ResponseWriter.append(.invalidRequest(Envelope.Fault.notAnObject.rawValue), id: [], into: &output)
            }
            return true
        } catch {
            ResponseWriter.append(CallError(error), id: [], into: &output)
            return false
        }
    }

    /// Ends the session: everything handed out is to be cancelled, and nothing is sent any more.
    public mutating func connectionClosed() -> [Action] {
        var actions = calls.removeAll().map(Action.cancel)
        subscriptions.forEach { slot, generation, subscription in
            actions.append(subscription.end(SubscriptionTicket(slot: slot, generation: generation)))
        }
        subscriptions.removeAll()
        batches.removeAll()
        return actions
    }

    /// The path of a method or service, names joined by `/`.
    public static func path(_ name: String) -> String {
        name.utf8.contains(Byte.dot) ? String(name.map { $0 == "." ? "/" : $0 }) : name
    }
}

/// When a message came, and where in a batch it stands.
struct Reception {
    let now: ContinuousClock.Instant
    let place: BatchPlace?
}
