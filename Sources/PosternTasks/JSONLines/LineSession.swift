import NIOCore
import Postern
import PosternJSONRPC

/// The connection to one program: drives its JSON-RPC session and performs the actions that the session returns.
///
/// It joins two peers in memory. The near peer is the one that callers use: its calls arrive at the far peer, whose
/// dispatcher sends them to the program. Calls of the program are made on the far peer and arrive at the near one.
///
/// All members are used on the event loop of the channel only.
final class LineSession {
    let near: Peer
    let far: Peer
    let program: LineProgram
    let turn: LineHandler.Turn
    let limits: PeerLimits
    var session: JSONRPCSession
    private var output: [UInt8] = []
    /// The number of bytes that the channel has not written yet.
    private var underWay = 0
    private var actions = CircularBuffer<JSONRPCSession.Action>()
    /// Whether ``perform(_:)`` is running further up the stack: an action may cause further actions, which are
    /// enqueued.
    private var isPerforming = false
    var calls = LineCalls()
    var streams = LineStreams()
    private var strayLines = 0
    /// Whether the connection is ending: input is ignored, and no call starts.
    var hasEnded = false
    /// Whether both peers have ended, so that the channel can be closed.
    var isOver = false

    /// The number of lines without JSON that are answered with an error.
    ///
    /// Some programs print a message about each error that they receive, which would be answered again without end.
    private static let answeredStrayLines = 100

    init(_ near: Peer, _ far: Peer, _ program: LineProgram, _ turn: @escaping LineHandler.Turn, _ limits: JSONRPCLimits)
    {
        self.near = near
        self.far = far
        self.program = program
        self.turn = turn
        self.limits = near.limits
        let settings = JSONRPCSettings(limits: limits, observer: program.observer)
        session = JSONRPCSession(settings, allowsSubscriptions: true)
    }

    // MARK: The channel

    /// Processes a line that the program has written.
    func receive(_ line: Span<UInt8>) {
        guard !hasEnded else { return }
        var actions: [JSONRPCSession.Action] = []
        let start = output.count
        let isJSON = session.receive(line, from: far, now: .now, into: &output, actions: &actions)
        if !isJSON { noteStray(line, start) }
        output.append(pieces: actions.takeResponse())
        endMessage(from: start)
        perform(actions)
    }

    /// Removes and returns the lines that are to be written to the program.
    func takeOutput() -> [UInt8] { exchange(&output, with: []) }

    /// Updates the number of bytes in the channel, and starts calls and streams that waited for the program to read.
    ///
    /// A program that leaves more than twice the limit unread is disconnected.
    func noteWaiting(_ underWay: Int) {
        self.underWay = underWay
        program.noteWaiting(waitingBytes)
        if waitingBytes > 2 * limits.queuedBytes {
            end(DisconnectReason(.slowReader, "The program reads too slowly"))
        }
        guard !isCrowded else { return }
        streams.resume()
        for call in calls.takeHeld() { begin(call) }
    }

    /// The number of bytes that the program has not read, as far as this process knows.
    var waitingBytes: Int { output.count + underWay }

    /// Whether so many bytes are waiting that calls of the program are held back.
    ///
    /// Input is read all the same, as it may contain answers that callers wait for.
    var isCrowded: Bool { waitingBytes > limits.crowdingBytes }

    private func noteStray(_ line: Span<UInt8>, _ start: Int) {
        strayLines += 1
        // Removes the error response that the session has just appended.
        if strayLines > Self.answeredStrayLines { output.removeSubrange(start...) }
        guard strayLines == 1 else { return }
        let text = String(copying: line.extracting(first: 200))
        program.observer?.observe(Incident(.strayOutput, cause: "a line is no JSON", [.error: text]))
    }

    private func endMessage(from start: Int) {
        if output.count > start { output.append(UInt8(ascii: "\n")) }
    }

    // MARK: The session

    /// Appends the calls, notifications and releases that are queued for the program.
    func sendClientMessages() {
        for message in program.client.takeMessages() {
            append { session, output, _ in session.append(message, into: &output) }
        }
    }

    /// Appends one message of the session to the output, then performs the actions of the session.
    func append(
        _ body: (inout JSONRPCSession, inout [UInt8], inout [JSONRPCSession.Action]) -> Void
    ) {
        guard !hasEnded else { return }
        var actions: [JSONRPCSession.Action] = []
        let start = output.count
        body(&session, &output, &actions)
        output.append(pieces: actions.takeResponse())
        endMessage(from: start)
        perform(actions)
    }

    /// Performs actions of the session in order, after those that are already queued.
    private func perform(_ more: [JSONRPCSession.Action]) {
        actions.append(contentsOf: more)
        guard !isPerforming else { return }
        isPerforming = true
        while let action = actions.popFirst() { perform(action) }
        isPerforming = false
    }

    private func perform(_ action: JSONRPCSession.Action) {
        let client = program.client
        switch action {
        case .start(let call, let ticket, let options): start(call, ticket, options)
        case .run(let function, let arguments, let ticket): finish(ticket, function.result(for: arguments))
        case .cancel(let ticket): cancel(ticket)
        case .finish(let ticket, let result): finish(ticket, result)
        case .settle(let reply): client.settle(reply)
        case .report(let progress): client.report(progress)
        case .release(let release): client.release(release)
        case .discard(let unread): client.discard(unread)
        case .openSubscription(let ticket, let stream): read(stream, for: ticket)
        case .cancelSubscription(let ticket): streams.cancel(ticket)
        case .joinTopic(_, let ticket, _):
            append { $0.topicRefused(ticket, Self.noTopics, into: &$1, actions: &$2) }
        case .leaveTopic: break
        case .send(let message): append { _, output, _ in output.append(copying: message.span) }
        // Taken before the actions.
        case .respond: break
        case .close(_, let reason): end(.protocolViolation(reason))
        }
        if let violation = client.violation { end(.protocolViolation(violation)) }
    }

    private static let noTopics = CallError(
        .methodNotFound,
        "Topics are not carried to a program; a method that answers with a stream is",
        ran: .no
    )
}

extension LineSession {
    /// Ends the connection; only the first call has an effect.
    ///
    /// Calls of the program are cancelled. Calls to the program fail when the near peer ends, after everything that the
    /// program has sent was delivered.
    func end(_ reason: DisconnectReason) {
        guard !hasEnded else { return }
        hasEnded = true
        if reason.kind != .lost, reason.kind != .closedHere {
            let incident = Incident(.clientCut, cause: reason.kind.word, [.error: reason.message])
            program.observer?.observe(incident)
        }
        _ = session.connectionClosed()
        calls.cancelAll()
        streams.cancelAll()
        Task { [near, far, client = program.client] in
            let latest = ContinuousClock.now + .seconds(1)
            await waitForAnswers(of: client, at: near, until: latest)
            // A ping from the far to the near peer: frames are delivered in order, so its answer means that everything
            // the program has sent is delivered.
            let nothing = Payload(bytes: [], codec: MessagePack.self)
            _ = try? await far.dispatch(Call("rpc/ping", arguments: nothing, deadline: latest))
            near.transportClosed(reason)
            client.close(reason.message)
        }
    }

    /// Ends the connection after its peers have ended; the handler closes the channel next.
    func close() {
        end(DisconnectReason(.closedHere, "The connection was closed"))
        isOver = true
    }
}

/// Waits until every answer of the program has been delivered to the near peer.
private func waitForAnswers(of client: JSONRPCClient, at near: Peer, until latest: ContinuousClock.Instant) async {
    while ContinuousClock.now < latest {
        let count = near.unansweredCalls
        // Read before and after, as calls may start or be cancelled in between.
        if client.unansweredCalls == count, near.unansweredCalls == count { return }
        try? await Task.sleep(for: .milliseconds(1))
    }
}
