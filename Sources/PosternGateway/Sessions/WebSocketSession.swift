import LibWebSockets
import Postern
import PosternJSONRPC
import PosternLedger

/// A WebSocket client: it passes messages to its JSON-RPC session and performs the actions that the session returns.
///
/// All members must be used on the loop's thread.
final class WebSocketSession: WebSocketHandler {
    let context: LoopContext
    /// The runner, created on first use: most connections are idle most of the time.
    private(set) var madeCalls: CallRunner?
    private var madeStreams: StreamReader<SubscriptionTicket>?
    /// The client as handlers call it, created with the first call that runs in a task.
    var madeClient: JSONRPCClient?
    private(set) var session: JSONRPCSession
    private var topics: [SubscriptionTicket: SessionTopicReader] = [:]
    /// The actions that result from an action which is being performed, and are performed after it.
    private var laterActions: [JSONRPCSession.Action] = []
    private var isPerforming = false
    private(set) var socket: WebSocket?
    /// The time at which the socket was opened; `nil` without an access log.
    private var openedAt: ContinuousClock.Instant?

    init(_ context: LoopContext) {
        self.context = context
        session = JSONRPCSession(context.sessionSettings, allowsSubscriptions: true)
    }

    // MARK: The socket

    func opened(_ socket: WebSocket) {
        self.socket = socket
        session.account = socket.account
        context.add(self)
        if let accessLog = context.accessLog {
            openedAt = .now
            accessLog.opened(socket)
        }
        if context.readiness.isDraining { refuseCalls() }
    }

    func received(_ message: Span<UInt8>, isBinary: Bool, on socket: WebSocket) {
        var actions = exchange(&context.spareActions, with: [])
        var isText = true
        // The session writes its response directly into the output of the socket, behind the header of a frame.
        socket.sendText(isAnswer: true) { output in
            let start = output.count
            let isJSON = session.receive(
                message,
                from: context.dispatcher,
                now: context.loop.now,
                isIdle: madeCalls?.isIdle ?? true,
                into: &output,
                actions: &actions
            )
            // The parser accepts valid UTF-8 only, so a second check is needed only for what it has rejected.
            isText = isJSON || isBinary || message.isUTF8
            if !isText { output.removeLast(output.count - start) }
        }
        if socket.isCrowded { hold() }
        perform(&actions)
        if !isText { CloseCode.notUTF8.close(socket) }
    }

    func outputDrained(_ socket: WebSocket) {
        madeCalls?.release()
        madeStreams?.release()
    }

    func fellBehind(_ socket: WebSocket) { CloseCode.slowConsumer.close(socket, droppingQueued: true) }
    func wentSilent(_ socket: WebSocket) { CloseCode.noPong.close(socket) }

    func exceededMemory(_ socket: WebSocket) {
        // A client whose unread output is the reason reads too slowly.
        let isOutput = socket.account[.output] > socket.account.held / 2
        (isOutput ? CloseCode.slowConsumer : .tooMuchMemory).close(socket, droppingQueued: true)
        // Not only when the socket has closed: the peer may take its time to respond to the close frame.
        endSession()
    }

    func willClose(_ socket: WebSocket, code: UInt16, reason: String) {
        context.reportCut(socket, code: code, reason: reason)
    }

    func closed(_ socket: WebSocket) {
        self.socket = nil
        context.remove(self)
        if let openedAt { context.accessLog?.closed(socket, after: .now - openedAt) }
        endSession()
    }

    /// Cancels the calls and ends the subscriptions, and releases what is held for them.
    private func endSession() {
        // First the session, whose actions end its subscriptions; then the owners of this session release it.
        var actions = session.connectionClosed()
        perform(&actions)
        madeCalls?.close()
        madeStreams?.close()
        madeClient?.close()
    }

    /// Answers new calls with the error `.draining`; calls in flight continue.
    func refuseCalls() { session.refusal = .stopping }

    /// Answers the calls in flight with an error, and cancels them.
    func abandonCalls() {
        for ticket in session.unansweredCalls {
            send { $0.abandon(ticket, with: .stopped, into: &$1, actions: &$2) }
        }
        madeCalls?.close()
    }

    /// Closes the connection with the code after which clients reconnect, to another server.
    func close() { if let socket { CloseCode.draining.close(socket) } }

    // MARK: The session

    /// The runner of the calls, which retains the session until ``closed(_:)``.
    private var calls: CallRunner {
        if let madeCalls { return madeCalls }
        let runner = CallRunner(context)
        runner.onFinish = { [self] ticket, result in
            finish(ticket, result)
        }
        madeCalls = runner
        return runner
    }

    /// The reader of the streams, which retains the session until ``closed(_:)``.
    private var streams: StreamReader<SubscriptionTicket> {
        if let madeStreams { return madeStreams }
        let reader = StreamReader<SubscriptionTicket>(context.loop)
        reader.onItem = { [self] ticket, item in
            let item = outgoing(item)
            send(isAnswer: true) { $0.event(subscription: ticket, item, into: &$1, actions: &$2) }
        }
        reader.onEnd = { [self] ticket, error in
            let error = error.map { context.reported($0) }
            send { session, output, _ in session.endSubscription(ticket, error: error, into: &output) }
        }
        madeStreams = reader
        return reader
    }

    /// Keeps calls from beginning and items from being delivered until the output has been written.
    private func hold() {
        calls.hold()
        madeStreams?.hold()
    }

    /// Sends the message that `body` appends, and performs the actions that it returns.
    ///
    /// If much output is unsent afterwards, no further calls begin. Input is still read, since the client may answer a
    /// call of a handler.
    func send(
        isAnswer: Bool = false,
        _ body: (inout JSONRPCSession, inout [UInt8], inout [JSONRPCSession.Action]) -> Void
    ) {
        guard let socket else { return }
        var actions = exchange(&context.spareActions, with: [])
        socket.sendText(isAnswer: isAnswer) { body(&session, &$0, &actions) }
        if socket.isCrowded { hold() }
        perform(&actions)
    }

    /// Performs actions in order, and keeps the emptied list for the next message.
    private func perform(_ actions: inout [JSONRPCSession.Action]) {
        if actions.isEmpty { return swap(&actions, &context.spareActions) }
        respond(actions.takeResponse())
        if isPerforming { return laterActions += actions }
        isPerforming = true
        while true {
            // Popping from the reversed list moves each action out, where iteration would copy and retain it.
            actions.reverse()
            while let action = actions.popLast() { perform(action) }
            if laterActions.isEmpty { break }
            actions = exchange(&laterActions, with: [])
        }
        isPerforming = false
        swap(&actions, &context.spareActions)
    }

    private func perform(_ action: consuming JSONRPCSession.Action) {
        switch consume action {
        case .start(let call, let ticket, let options): start(call, ticket, options)
        case .run(let function, let arguments, let ticket): calls.run(ticket, function, arguments)
        case .cancel(let ticket): calls.cancel(ticket)
        case .finish(let ticket, let result): finish(ticket, result)
        case .settle(let reply): useReferences { $0.settle(reply) }
        case .report(let progress): useReferences { $0.report(progress) }
        case .release(let release): useReferences { $0.release(release) }
        case .discard(let unread): useReferences { $0.discard(unread) }
        case .openSubscription(let ticket, let stream): streams.start(ticket, stream)
        case .cancelSubscription(let ticket): streams.cancel(ticket)
        case .joinTopic(let ticket, let call, let request):
            let topic = MethodPath.path(of: request.topic)
            let subscription = SessionTopicReader(of: self, ticket, call)
            topics[ticket] = subscription
            context.feeds.join(topic, subscription, since: request.since)
        case .leaveTopic(let ticket, let topic):
            // A topic that has ended by itself has been removed already.
            guard let subscription = topics.removeValue(forKey: ticket) else { return }
            context.feeds.leave(MethodPath.path(of: topic), subscription)
            subscription.cancel()
        case .send(let message): socket?.send(message.span, isBinary: false)
        // Sent before the actions.
        case .respond: break
        case .close(let code, let reason): socket?.close(code: UInt16(clamping: code), reason: reason)
        }
    }

    private func respond(_ pieces: [[UInt8]]) {
        guard !pieces.isEmpty, let socket else { return }
        socket.sendText(pieces)
        if socket.isCrowded { hold() }
    }

    private func start(_ call: Call, _ ticket: CallTicket, _ options: JSONRPCSession.CallOptions) {
        var call = call
        if options.wantsProgress { call.progress = progressSink(ticket) }
        guard let (call, options) = admitted(call, options, ticket) else { return }
        calls.start(ticket, call, options)
    }

    private func progressSink(_ ticket: CallTicket) -> Call.ProgressSink {
        let session = LoopBound(self, on: context.loop)
        return { value in
            session.loop.execute {
                session.value.report(ticket, value)
            }
        }
    }

    /// Removes a subscription whose topic has ended or was refused.
    func removeTopic(_ ticket: SubscriptionTicket) { topics[ticket] = nil }
}
