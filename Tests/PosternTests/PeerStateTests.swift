@testable import Postern
import Testing

struct PeerStateTests {
    @Test
    func theFirstFrameMustBeAHello() {
        var session = PeerSession(greeted: false)
        #expect(session.receive { Wire.call(1, into: &$0) }.words == "disconnect: protocol violation")
    }

    @Test
    func aSecondHelloIsAViolation() {
        var session = PeerSession()
        #expect(
            session.receive { FrameWriter.writeHello(Hello(), into: &$0) }.words == "disconnect: protocol violation"
        )
    }

    @Test(arguments: [0, 2, UInt64.max])
    func anotherVersionIsRefusedByName(version: UInt64) throws {
        var session = PeerSession(greeted: false)
        _ = session.state.outbox.take()
        let action = session.receive { FrameWriter.writeHello(Hello(version: version), into: &$0) }
        guard case .disconnect(let reason) = action else { throw CancellationError() }
        #expect(reason.kind == .versionMismatch)
        #expect(reason.message.contains("supported versions: 1"))
        _ = session.state.close(reason)
        guard case .goodbye(code: 2, _)? = try session.sent().last else {
            Issue.record("no goodbye")
            return
        }
    }

    @Test
    func callsMadeBeforeTheHandshakeAreSentAfterItInOrder() throws {
        var session = PeerSession(greeted: false)
        #expect(try session.sent().count == 1)
        let ids = [try session.call("a"), try session.call("b")]
        #expect(try session.sent().isEmpty)
        _ = session.receive { FrameWriter.writeHello(Hello(), into: &$0) }
        let left = try session.sent().compactMap { frame -> UInt64? in
            guard case .call(let call) = frame else { return nil }
            return call.id
        }
        #expect(left == ids)
    }

    @Test
    func anEarlyCallAboveTheLimitIsBusy() throws {
        var limits = PeerLimits()
        limits.waitingCalls = 1
        var session = PeerSession(limits: limits, greeted: false)
        _ = try session.call("a")
        let error = #expect(throws: CallError.self) { try session.call("b") }
        #expect(error?.code == .busy)
        #expect(error?.executed == .no)
    }

    @Test
    func aReplySettlesItsCallAndASecondOneIsLate() throws {
        var session = PeerSession()
        let id = try session.call("a")
        #expect(session.receive { Wire.answer(.reply, id, into: &$0) }.words == "resume a")
        #expect(session.receive { Wire.answer(.reply, id, into: &$0) }.words == "none")
        #expect(session.state.calls.lateReplies == 1)
    }

    @Test
    func anErrorSettlesItsCall() throws {
        var session = PeerSession()
        let id = try session.call("a")
        let action = session.receive {
            FrameWriter.writeFailure(id: id, CallError(.busy, "later"), limit: .max, into: &$0)
        }
        #expect(action.words == "fail a -32009")
    }

    @Test(arguments: [1, 7, 1 << 20])
    func aReplyToACallNeverMadeCloses(id: UInt64) {
        var session = PeerSession()
        #expect(session.receive { Wire.answer(.reply, id, into: &$0) }.words == "disconnect: protocol violation")
    }

    @Test
    func cancellingSettlesOnceAndNotifiesTheRemotePeer() throws {
        var session = PeerSession()
        let id = try session.call("a")
        _ = try session.sent()
        #expect(session.state.abandon(id)?.waiter == "a")
        #expect(session.state.abandon(id)?.waiter == nil)
        #expect(try session.sent() == [.cancel(id: id)])
        #expect(session.receive { Wire.answer(.reply, id, into: &$0) }.words == "none")
    }

    @Test
    func expiredCallsSettleOnceAndStaySettled() throws {
        var session = PeerSession()
        let now = Moment.now
        let id = try session.call("a", deadline: now)
        _ = try session.call("b", deadline: now + .seconds(1))
        _ = try session.call("c")
        _ = try session.sent()
        #expect(session.state.expire(at: now).map(\.waiter) == ["a"])
        #expect(session.state.expire(at: now).isEmpty)
        #expect(session.state.earliestDeadline == now + .seconds(1))
        #expect(try session.sent() == [.cancel(id: id)])
        #expect(session.receive { Wire.answer(.reply, id, into: &$0) }.words == "none")
    }

    @Test("Calls that wait to be sent when the connection is lost have not been sent; those before them may have been")
    func callsThatWereNeverSentAreDistinguished() throws {
        var session = PeerSession()
        _ = try session.call("sent")
        #expect(try session.sent().count == 1)
        _ = try session.call("unsent")
        let remains = session.state.close(DisconnectReason(.lost, "cut"), isLost: true)
        #expect(remains?.waiters == ["sent"])
        #expect(remains?.unsent == ["unsent"])
        let left = try session.sent()
        guard left.count == 1, case .goodbye = left[0] else { throw CancellationError() }
    }

    @Test("Calls that are sent with the end of a connection that was closed here may be executed")
    func callsSentWithTheEndAreNotUnsent() throws {
        var session = PeerSession()
        _ = try session.call("a")
        let remains = session.state.close(DisconnectReason(.closedHere, "closed"))
        #expect(remains?.waiters == ["a"] && remains?.unsent == [])
        #expect(try session.sent().count == 2)
    }

    @Test
    func aGoodbyeIsReportedAndNoCallIsSentAfterIt() throws {
        var session = PeerSession()
        let action = session.receive { FrameWriter.writeGoodbye(code: 0, "stopping", limit: .max, into: &$0) }
        #expect(action.words == "begin closing [] -32053")
        let error = #expect(throws: CallError.self) { try session.call("a") }
        #expect(error?.code == .draining && error?.executed == .no)
    }

    @Test
    func theEndOfTheConnectionReturnsEverythingOnce() throws {
        var session = PeerSession()
        _ = try session.call("a")
        _ = try session.call("b")
        session.state.beginServing(4)
        _ = session.state.attach("handler", to: 4)
        let reason = DisconnectReason(.lost, "gone")
        let remains = session.state.close(reason)
        #expect(remains?.waiters == ["a", "b"])
        #expect(remains?.handlers == ["handler"])
        #expect(remains?.unsent == [])
        #expect(session.state.close(reason) == nil)
        let error = #expect(throws: CallError.self) { try session.call("c") }
        #expect(error?.code == .unavailable)
        #expect(session.receive { Wire.call(9, into: &$0) }.words == "none")
    }

    @Test
    func aPingIsAnswered() throws {
        var session = PeerSession()
        _ = session.receive { FrameWriter.writeNumbers(.ping, 5, into: &$0) }
        #expect(try session.sent() == [.pong(5)])
    }

    @Test
    func noCallIsSentAfterAGoodbye() throws {
        var session = PeerSession()
        let id = try session.call("a")
        _ = session.receive { FrameWriter.writeGoodbye(code: 0, "stopping", limit: .max, into: &$0) }
        let error = #expect(throws: CallError.self) { try session.call("b") }
        #expect(error?.code == .draining)
        #expect(session.receive { Wire.answer(.reply, id, into: &$0) }.words == "resume a")
    }
}
