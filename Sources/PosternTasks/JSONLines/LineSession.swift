import NIOCore
import Postern
import PosternJSONRPC

/// The connection to one program: drives its JSON-RPC session, and does what that asks for.
///
/// There are two peers in memory. Calls of the near one, which the users of the program have, arrive at the far one,
/// whose dispatcher is the program; calls of the program are made on the far one.
///
/// All members belong to the event loop of the channel.
final class LineSession {
    let near: Peer
    let far: Peer
    let program: LineProgram
    let turn: LineHandler.Turn
    let limits: PeerLimits
    var session: JSONRPCSession
    private var output: [UInt8] = []
    /// Bytes that the channel holds.
    private var underWay = 0
    private var actions = CircularBuffer<JSONRPCSession.Action>()
    private var isPerforming = false
    var calls = LineCalls()
    var streams = LineStreams()
    private var strayLines = 0
    /// Whether input is ignored and nothing is begun any more.
    var hasEnded = false
    /// Whether both peers have ended, so that the channel is to be closed.
    var isOver = false

    /// The number of stray lines that are answered: some programs print a complaint about each answer.
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

    /// Takes one line of the program.
    func receive(_ line: Span<UInt8>) {
        guard !hasEnded else { return }
        var actions: [JSONRPCSession.Action] = []
        let start = output.count
        let isJSON = session.receive(line, from: far, now: .now, into: &output, actions: &actions)
        if !isJSON { noteStray(line, start) }
        endMessage(from: start)
        perform(actions)
    }

    /// The lines for the program.
    func takeOutput() -> [UInt8] { exchange(&output, with: []) }

    /// Notes how many bytes the channel holds, and goes on with what waited for the program to read.
    func noteWaiting(_ underWay: Int) {
        self.underWay = underWay
        program.noteWaiting(waitingBytes)
        if waitingBytes > 2 * limits.queuedBytes {
            end(DisconnectReason(.slowReader, "The program reads too slowly"))
        }
        guard !isCrowded else { return }
        streams.goOn()
        for call in calls.takeHeld() { begin(call) }
    }

    var waitingBytes: Int { output.count + underWay }

    /// Whether so much waits that no call begins; the input is read all the same, as it may hold answers.
    var isCrowded: Bool { waitingBytes > limits.crowdingBytes }

    private func noteStray(_ line: Span<UInt8>, _ start: Int) {
        strayLines += 1
        if strayLines > Self.answeredStrayLines { output.removeSubrange(start...) }
        guard strayLines == 1 else { return }
        let text = String(copying: line.extracting(first: 200))
        program.observer?.observe(Incident(.strayOutput, cause: "a line is no JSON", [.error: text]))
    }

    private func endMessage(from start: Int) {
        if output.count > start { output.append(UInt8(ascii: "\n")) }
    }

    // MARK: The session

    /// Sends calls, notifications and releases to the program.
    func sendClientMessages() {
        for message in program.client.takeMessages() {
            append { session, output, _ in session.append(message, into: &output) }
        }
    }

    /// Lets the session append one message, and then does what the session asks for.
    func append(
        _ body: (inout JSONRPCSession, inout [UInt8], inout [JSONRPCSession.Action]) -> Void
    ) {
        guard !hasEnded else { return }
        var actions: [JSONRPCSession.Action] = []
        let start = output.count
        body(&session, &output, &actions)
        endMessage(from: start)
        perform(actions)
    }

    /// Does what the session asks for, in order.
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
    /// Ends the connection; only the first reason counts.
    ///
    /// Calls of the program are cancelled. Those to it fail as the near peer ends, which it does behind all that the
    /// program has sent.
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
            // Frames keep their order: when this is answered, what the program sent last has arrived.
            let nothing = Payload(bytes: [], codec: MessagePack.self)
            _ = try? await far.dispatch(Call("rpc/ping", arguments: nothing, deadline: latest))
            near.transportClosed(reason)
            client.close(reason.message)
        }
    }

    /// Ends the connection because its peers have ended; the channel is closed next.
    func close() {
        end(DisconnectReason(.closedHere, "The connection was closed"))
        isOver = true
    }
}

/// Waits until every call that has no answer at the near peer has none of the program either.
private func waitForAnswers(of client: JSONRPCClient, at near: Peer, until latest: ContinuousClock.Instant) async {
    while ContinuousClock.now < latest {
        let count = near.unansweredCalls
        // Twice, as calls may be made and given up in between.
        if client.unansweredCalls == count, near.unansweredCalls == count { return }
        try? await Task.sleep(for: .milliseconds(1))
    }
}
