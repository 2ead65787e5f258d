@testable import Postern

/// The state of one peer, driven by a test; callers and handlers are words.
struct PeerSession {
    typealias State = PeerState<String, String, String>
    typealias Action = State.Action

    var state: State
    /// The callers whose calls waited and could not be sent.
    private(set) var unsent: [String] = []
    let now = Moment.now

    /// Creates a peer whose handshake is finished and whose hello was sent.
    init(limits: PeerLimits = .standard, greeted: Bool = true, by hello: Hello = Hello()) {
        state = State(limits: limits)
        state.start(name: "test")
        if greeted {
            _ = receive { FrameWriter.writeHello(hello, into: &$0) }
            _ = state.outbox.take()
        }
    }

    /// Creates one side of a connection with authentication, whose hello was sent.
    init(authenticatingAs role: ConnectionEnd.Role, nonce: UInt8 = 1) {
        state = State(limits: .standard)
        let nonce = [UInt8](repeating: nonce, count: AuthenticationExchange.nonceBytes)
        state.start(name: "test", AuthenticationExchange(ConnectionEnd(role, over: .memory), nonce: nonce))
        _ = state.outbox.take()
    }

    /// Applies the frames that are written, and returns the action for the last one.
    mutating func receive(_ write: (inout [UInt8]) -> Void) -> Action {
        var bytes: [UInt8] = []
        write(&bytes)
        var reader = FrameReader()
        var action = Action.none
        do {
            while let frame = try reader.next(in: bytes.span) { action = state.receive(frame, in: bytes) }
        } catch {
            action = .disconnect(.protocolViolation(error.message))
        }
        sendWaiting()
        return action
    }

    /// Returns the message of the violation by the frames that are written, or `nil` if the connection stays open.
    mutating func violation(_ write: (inout [UInt8]) -> Void) -> String? {
        guard case .disconnect(let reason) = receive(write), reason.kind == .protocolViolation else { return nil }
        return reason.message
    }

    /// Sends the waiting calls for which there is room.
    mutating func sendWaiting() {
        for failure in state.sendWaiting(at: now, { _ in }) { unsent.append(failure.waiter) }
    }

    /// The frames in the outbox, without payloads.
    mutating func sent() throws -> [Frame] {
        let bytes = state.outbox.take().bytes
        var reader = FrameReader()
        var frames: [Frame] = []
        while let frame = try reader.next(in: bytes.span) { frames.append(frame) }
        return frames
    }

    /// Makes a call for a caller.
    mutating func call(
        _ caller: String,
        method: String = "a/b",
        deadline: Moment? = nil,
        depth: Int = 0
    ) throws -> UInt64 {
        let id = state.calls.reserveID()
        var call = OutgoingCall(method, [0x91, 1, 0xc0])
        (call.deadline, call.depth) = (deadline, depth)
        if state.hasRoom(atDepth: depth) {
            try state.beginCall(id, call, caller)
        } else {
            _ = try state.wait(id, call, caller, at: now)
        }
        return id
    }
}

extension PeerAction where Waiter == String, Handler == String, Parked == String {
    /// The action in a few words.
    var words: String {
        switch self {
        case .none: "none"
        case .serve(let call): "serve \(call.id)"
        case .handleNotification: "handle notification"
        case .resume(let waiter, _): "resume \(waiter)"
        case .fail(let waiter, let failure): "fail \(waiter) \(failure.code)"
        case .openStream(let waiter, let id, _): "open stream \(id) for \(waiter)"
        case .report(let waiter, _): "report to \(waiter)"
        case .wake(let parked): "wake \(parked)"
        case .cancel(let handler, let parked): "cancel \(handler ?? "-") \(parked ?? "-")"
        case .authenticate(.prove): "prove"
        case .authenticate(.check): "check a proof"
        case .release(let number, let count): "take back \(number) \(count) times"
        case .holdReferences(let numbers): "hold \(numbers.lent) \(numbers.returned)"
        case .beginClosing(let waiters, let error): "begin closing \(waiters) \(error.code.rawValue)"
        case .disconnect(let reason): "disconnect: \(reason.kind.word)"
        }
    }
}

/// Frames as the remote peer would write them.
enum Wire {
    static func call(
        _ id: UInt64,
        _ path: String = "a/b",
        depth: UInt64 = 0,
        arguments: [UInt8] = [0xc0, 0xc0],
        into output: inout [UInt8]
    ) {
        let start = FrameWriter.begin(.call, fields: 8, id: id, into: &output)
        MessagePack.write(path, into: &output)
        MessagePack.writeNull(into: &output)
        output.append(0)
        MessagePack.write(depth, into: &output)
        output += arguments
        FrameWriter.end(start, in: &output)
    }

    static func answer(_ kind: Frame.Kind, _ id: UInt64, _ value: [UInt8] = [7], into output: inout [UInt8]) {
        let start = FrameWriter.begin(kind, fields: 3, id: id, into: &output)
        output += value
        FrameWriter.end(start, in: &output)
    }

    static func item(_ id: UInt64, into output: inout [UInt8]) {
        let start = FrameWriter.begin(.item, fields: 4, id: id, into: &output)
        output += [0xc0, 7]
        FrameWriter.end(start, in: &output)
    }

    static func stream(_ id: UInt64, into output: inout [UInt8]) {
        let start = FrameWriter.begin(.stream, fields: 4, id: id, into: &output)
        output += [0xc0, 0xc0]
        FrameWriter.end(start, in: &output)
    }
}
