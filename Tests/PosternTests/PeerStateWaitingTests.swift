@testable import Postern
import Testing

/// Calls for which the remote peer has no room.
struct PeerStateWaitingTests {
    /// Returns a session whose remote peer serves four calls at once, one of them reserved for calls made while
    /// serving.
    private func makeSession(_ limits: PeerLimits = .standard, streams: UInt32? = 0) -> PeerSession {
        PeerSession(limits: limits, by: Hello(maximumCallsInFlight: 4, maximumStreams: streams))
    }

    @Test
    func callsAboveTheLimitWaitAndAreSentInOrder() throws {
        var session = makeSession()
        let ids = try (0..<6).map { try session.call("\($0)") }
        #expect(try session.sentCalls() == Array(ids[..<3]))
        #expect(session.receive { Wire.answer(.reply, ids[1], into: &$0) }.words == "resume 1")
        #expect(try session.sentCalls() == [ids[3]])
        _ = session.receive {
            Wire.answer(.reply, ids[0], into: &$0)
            Wire.answer(.reply, ids[3], into: &$0)
        }
        #expect(try session.sentCalls() == Array(ids[4...]))
        #expect(session.state.waiting.hasNothingToSend)
    }

    @Test
    func aCallBehindOthersThatWaitDoesNotOvertakeThem() throws {
        var session = makeSession()
        let ids = try (0..<4).map { try session.call("\($0)") }
        _ = try session.sent()
        // There is room, but an earlier call waits for it.
        _ = session.state.calls.abandon(ids[0])
        let last = try session.call("last")
        session.sendWaiting()
        #expect(try session.sentCalls() == [ids[3]])
        _ = session.receive { Wire.answer(.reply, ids[1], into: &$0) }
        #expect(try session.sentCalls() == [last])
    }

    @Test
    func aCancelledCallMakesRoom() throws {
        var session = makeSession()
        let ids = try (0..<4).map { try session.call("\($0)") }
        _ = try session.sent()
        #expect(session.state.abandon(ids[0])?.reason == .sent)
        session.sendWaiting()
        let sent = try session.sent()
        guard sent.count == 2, sent[0] == .cancel(id: ids[0]), case .call(let call) = sent[1] else {
            Issue.record("unexpected frames: \(sent)")
            return
        }
        #expect(call.id == ids[3])
    }

    @Test
    func aCallThatIsAbandonedWhileItWaitsIsNeverSent() throws {
        var session = makeSession()
        let ids = try (0..<4).map { try session.call("\($0)") }
        _ = try session.sent()
        let ended = session.state.abandon(ids[3])
        #expect(ended?.waiter == "3" && ended?.reason == .unsent)
        #expect(session.state.abandon(ids[3])?.waiter == nil)
        _ = session.receive { Wire.answer(.reply, ids[0], into: &$0) }
        #expect(try session.sent().isEmpty)
        #expect(session.state.waiting.byteCount == 0)
    }

    @Test
    func waitingEndsAtTheDeadlineAndAtTheTimeoutOfTheConnection() throws {
        var limits = PeerLimits()
        limits.callTimeout = .seconds(5)
        var session = makeSession(limits)
        for number in 0..<3 { _ = try session.call("\(number)") }
        _ = try session.call("short", deadline: session.now + .seconds(1))
        _ = try session.call("long", deadline: session.now + .seconds(9))
        _ = try session.call("endless")
        _ = try session.sent()
        #expect(session.state.earliestDeadline == session.now + .seconds(1))
        let first = session.state.expire(at: session.now + .seconds(1))
        #expect(first.map(\.waiter) == ["short"] && first.map(\.reason) == [.unsent])
        #expect(session.state.earliestDeadline == session.now + .seconds(5))
        let second = session.state.expire(at: session.now + .seconds(5))
        #expect(second.map(\.waiter) == ["long", "endless"] && second.map(\.reason) == [.noRoom, .noRoom])
        #expect(try session.sent().isEmpty)
    }

    @Test
    func aDeadlineMayBeChangedWhileItsCallWaits() throws {
        var session = makeSession()
        for number in 0..<3 { _ = try session.call("\(number)") }
        let id = try session.call("a")
        let moved = session.state.waiting.setDeadline(session.now, of: id)
        #expect(moved)
        #expect(session.state.waiting.setDeadline(session.now, of: 1) == false)
        #expect(session.state.expire(at: session.now).map(\.waiter) == ["a"])
    }

    @Test
    func theRemainingTimeIsComputedWhenTheCallIsSent() throws {
        var session = makeSession()
        let ids = try (0..<3).map { try session.call("\($0)") }
        var call = OutgoingCall("m", [])
        (call.sharedDeadline, call.deadline) = (session.now + .seconds(2), session.now + .seconds(2))
        try call.setTimeout(at: session.now)
        #expect(call.timeout == 2_001)
        _ = try session.state.wait(9, call, "late", at: session.now)
        _ = try session.sent()
        _ = session.state.abandon(ids[0])
        _ = session.state.sendWaiting(at: session.now + .milliseconds(1_500)) { _ in }
        guard case .call(let frame)? = try session.sent().last else { throw CancellationError() }
        #expect(frame.timeout == 501)
    }

    @Test
    func theNumberAndTheBytesOfCallsThatWaitAreLimited() throws {
        var limits = PeerLimits()
        (limits.waitingCalls, limits.queuedBytes) = (2, 1_000)
        var session = makeSession(limits)
        for number in 0..<5 { _ = try session.call("\(number)") }
        let error = #expect(throws: CallError.self) { try session.call("one too many") }
        #expect(error?.code == .busy && error?.executed == .no)
        _ = session.state.abandon(4)
        #expect(throws: Never.self) {
            _ = try session.state.wait(99, OutgoingCall("m", .init(repeating: 0, count: 2_000)), "", at: session.now)
        }
        _ = session.state.abandon(5)
        #expect(throws: CallError.self) { try session.call("too many bytes") }
        _ = session.state.abandon(99)
        _ = try session.call("now")
    }

    @Test
    func theEndOfTheConnectionReturnsWhatWasNeverSent() throws {
        var session = makeSession()
        for number in 0..<5 { _ = try session.call("\(number)") }
        let remains = session.state.close(DisconnectReason(.lost, "gone"))
        #expect(remains?.waiters == ["0", "1", "2"] && remains?.unsent == ["3", "4"])
    }

    @Test
    func aGoodbyeFailsWhatWasNeverSent() throws {
        var session = makeSession()
        for number in 0..<5 { _ = try session.call("\(number)") }
        let action = session.receive { FrameWriter.writeGoodbye(code: 0, "stopping", limit: .max, into: &$0) }
        #expect(action.words == #"begin closing ["3", "4"] -32053"#)
        #expect(session.state.calls.count == 3 && session.state.waiting.isEmpty)
    }

    @Test
    func aStreamMakesRoomWhereItDoesNotCountAsACall() throws {
        var session = makeSession()
        let ids = try (0..<4).map { try session.call("\($0)") }
        _ = try session.sent()
        _ = session.receive { Wire.stream(ids[0], into: &$0) }
        #expect(try session.sentCalls() == [ids[3]])
    }

    @Test(
        "Streams of a peer that has no limit for them count as calls in flight until their end",
        arguments: [false, true]
    )
    func aStreamKeepsItsRoomWhereItCountsAsACall(isDropped: Bool) throws {
        var session = makeSession(streams: nil)
        let ids = try (0..<4).map { try session.call("\($0)") }
        _ = session.receive { Wire.stream(ids[0], into: &$0) }
        #expect(try session.sentCalls() == Array(ids[..<3]))
        if isDropped {
            _ = session.state.dropStream(ids[0])
            session.sendWaiting()
        } else {
            _ = session.receive { FrameWriter.writeNumbers(.end, ids[0], into: &$0) }
        }
        #expect(try session.sentCalls() == [ids[3]])
    }

    @Test("A peer whose streams use all its room is still sent one call, which it answers with -32009")
    func aPeerWithoutRoomIsSentOneCallAtATime() throws {
        var session = PeerSession(by: Hello(maximumCallsInFlight: 1))
        let first = try session.call("stream")
        _ = session.receive { Wire.stream(first, into: &$0) }
        let second = try session.call("second")
        _ = try session.call("third")
        #expect(try session.sentCalls() == [first, second])
    }

    // MARK: Before the handshake

    @Test
    func messagesBeforeTheHandshakeAreSentInOrderAndWithinTheLimit() throws {
        var session = PeerSession(greeted: false)
        let ids = [try session.call("0"), try session.call("1")]
        try session.state.waitForHandshake(OutgoingCall("n", []), "note")
        let others = try (2..<5).map { try session.call("\($0)") }
        try session.state.waitForHandshake(OutgoingCall("n", []), "note")
        _ = try session.sent()
        _ = session.receive { FrameWriter.writeHello(Hello(maximumCallsInFlight: 4), into: &$0) }
        let sent = try session.sent().map { frame -> UInt64? in
            guard case .call(let call) = frame else { return nil }
            return call.id
        }
        // Notifications need no room.
        #expect(sent == [ids[0], ids[1], nil, others[0], nil])
        _ = session.receive { Wire.answer(.reply, ids[0], into: &$0) }
        #expect(try session.sentCalls() == [others[1]])
    }

    @Test
    func aWaitingCallAboveTheFrameLimitFails() throws {
        var session = PeerSession(greeted: false)
        _ = try session.state.wait(1, OutgoingCall("m", .init(repeating: 0xc0, count: 300)), "large", at: session.now)
        _ = try session.sent()
        _ = session.receive { FrameWriter.writeHello(Hello(maximumFrameBytes: 100), into: &$0) }
        #expect(session.unsent == ["large"])
        #expect(try session.sent().isEmpty)
        #expect(session.state.calls.isEmpty)
    }

    // MARK: Calls that are made while serving one

    @Test
    func aCallOfGreaterDepthUsesTheReservedRoom() throws {
        var session = makeSession()
        for number in 0..<5 { _ = try session.call("\(number)") }
        _ = try session.sent()
        let nested = try session.call("nested", depth: 1)
        #expect(try session.sentCalls() == [nested])
    }

    @Test
    func aCallWaitsOnlyBehindOthersThatAreAsDeep() throws {
        var session = makeSession()
        for number in 0..<5 { _ = try session.call("\(number)") }
        let nested = try session.call("nested", depth: 1)
        _ = try session.sent()
        let behind = try session.call("behind", depth: 1)
        let error = #expect(throws: CallError.self) { try session.call("deeper", depth: 2) }
        #expect(error?.code == .busy && error?.executed == .no)
        // The deepest call is sent first, whichever call made the room.
        _ = session.receive { Wire.answer(.reply, 1, into: &$0) }
        #expect(try session.sentCalls() == [behind])
        _ = session.receive { Wire.answer(.reply, nested, into: &$0) }
        _ = session.receive { Wire.answer(.reply, behind, into: &$0) }
        #expect(try session.sentCalls() == [4])
    }
}

extension PeerSession {
    /// The identifiers of the calls in the outbox.
    fileprivate mutating func sentCalls() throws -> [UInt64] {
        try sent().compactMap { frame in
            guard case .call(let call) = frame else { return nil }
            return call.id
        }
    }
}
