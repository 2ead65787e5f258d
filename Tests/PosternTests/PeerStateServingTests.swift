@testable import Postern
import Testing

struct PeerStateServingTests {
    @Test
    func aCallIsServedAndAnsweredOnce() throws {
        var session = PeerSession()
        #expect(session.receive { Wire.call(1, into: &$0) }.words == "serve 1")
        session.state.beginServing(1)
        session.state.finish(1, with: .success([7]))
        session.state.finish(1, with: .success([8]))
        let sent = try session.sent()
        #expect(sent.count == 1)
        guard case .reply(id: 1, _)? = sent.first else { throw CancellationError() }
    }

    @Test
    func aNumberInUseIsAViolation() {
        var session = PeerSession()
        session.state.beginServing(1)
        #expect(session.violation { Wire.call(1, into: &$0) } == "call 1 uses the number of a call that is in flight")
    }

    @Test(arguments: [0, 1 << 63, UInt64.max])
    func anInvalidNumberIsAViolation(id: UInt64) {
        var session = PeerSession()
        #expect(session.violation { Wire.call(id, into: &$0) } == "calls are numbered from 1 to 2^63 - 1, not \(id)")
    }

    @Test(arguments: [
        (UInt64(256), 128, true), (257, 128, false), (.max, 128, false), (0, 129, false), (0, 0, true),
    ])
    func depthAndPathHaveLimits(depth: UInt64, pathBytes: Int, isServed: Bool) throws {
        var session = PeerSession()
        let path = String(repeating: "p", count: pathBytes)
        #expect(
            session.receive { Wire.call(1, path, depth: depth, into: &$0) }.words == (isServed ? "serve 1" : "none")
        )
        guard !isServed else { return }
        guard case .failure(id: 1, let failure)? = try session.sent().first else { throw CancellationError() }
        #expect(failure.code == CallError.Code.invalidRequest.rawValue)
        #expect(failure.executed == .no)
    }

    @Test
    func aCallAboveTheLimitIsBusyAndNotExecuted() throws {
        var limits = PeerLimits()
        limits.callsInFlight = 1
        var session = PeerSession(limits: limits)
        session.state.beginServing(1)
        #expect(session.receive { Wire.call(2, into: &$0) }.words == "none")
        guard case .failure(id: 2, let failure)? = try session.sent().first else { throw CancellationError() }
        #expect(failure.code == CallError.Code.busy.rawValue)
        #expect(failure.executed == .no)
        session.state.finish(1, with: .success([7]))
        #expect(session.receive { Wire.call(3, into: &$0) }.words == "serve 3")
    }

    @Test
    func callsWithTooManyBytesOfArgumentsAreBusy() throws {
        var limits = PeerLimits()
        limits.servedBytes = 10
        var session = PeerSession(limits: limits)
        session.state.beginServing(1, byteCount: 11)
        #expect(session.receive { Wire.call(2, into: &$0) }.words == "none")
        guard case .failure(id: 2, let failure)? = try session.sent().first else { throw CancellationError() }
        #expect(failure.code == CallError.Code.busy.rawValue && failure.executed == .no)
        session.state.finish(1, with: .success([7]))
        #expect(session.receive { Wire.call(3, into: &$0) }.words == "serve 3")
    }

    @Test
    func cancelledCallsMakeRoomUpToALimitOfTheirOwn() {
        var limits = PeerLimits()
        limits.callsInFlight = 1
        var session = PeerSession(limits: limits)
        session.state.beginServing(1)
        _ = session.receive { FrameWriter.writeNumbers(.cancel, 1, into: &$0) }
        _ = session.receive { FrameWriter.writeNumbers(.cancel, 1, into: &$0) }
        #expect(session.receive { Wire.call(2, into: &$0) }.words == "serve 2")
        // Two handlers of cancelled calls: one more than calls in flight are allowed.
        session.state.beginServing(2)
        _ = session.receive { FrameWriter.writeNumbers(.cancel, 2, into: &$0) }
        #expect(session.receive { Wire.call(3, into: &$0) }.words == "none")
        session.state.finish(2, with: .success([7]))
        #expect(session.receive { Wire.call(4, into: &$0) }.words == "serve 4")
        session.state.finish(1, with: .success([7]))
        #expect(session.state.counts == ServedCounts())
    }

    @Test
    func aCancelBeforeTheHandlerIsAttachedCancelsItThen() throws {
        var session = PeerSession()
        session.state.beginServing(1)
        #expect(session.receive { FrameWriter.writeNumbers(.cancel, 1, into: &$0) }.words == "cancel - -")
        #expect(session.state.attach("handler", to: 1) == false)
        session.state.finish(1, with: .success([7]))
        #expect(try session.sent().isEmpty)
    }

    @Test
    func aCancelDuringTheCallCancelsItsHandlerAndSuppressesItsReply() throws {
        var session = PeerSession()
        session.state.beginServing(1)
        #expect(session.state.attach("handler", to: 1) == true)
        #expect(session.receive { FrameWriter.writeNumbers(.cancel, 1, into: &$0) }.words == "cancel handler -")
        #expect(session.state.counts.cancelled == 1)
        session.state.finish(1, with: .success([7]))
        #expect(session.state.counts == ServedCounts())
        #expect(try session.sent().isEmpty)
    }

    @Test(arguments: [1, 99, UInt64.max])
    func aCancelAfterTheReplyOrOfAnUnknownCallIsIgnored(id: UInt64) {
        var session = PeerSession()
        session.state.beginServing(1)
        session.state.finish(1, with: .success([7]))
        #expect(session.receive { FrameWriter.writeNumbers(.cancel, id, into: &$0) }.words == "none")
    }

    @Test
    func aResultAboveTheFrameLimitBecomesAnError() throws {
        var session = PeerSession(greeted: false)
        _ = session.receive { FrameWriter.writeHello(Hello(maximumFrameBytes: 200), into: &$0) }
        _ = try session.sent()
        session.state.beginServing(1)
        session.state.finish(1, with: .success([UInt8](repeating: 0, count: 300)))
        guard case .failure(id: 1, let failure)? = try session.sent().first else { throw CancellationError() }
        #expect(failure.code == CallError.Code.responseTooLarge.rawValue)
    }

    @Test
    func onlyAShortResultFitsIntoAFullOutbox() throws {
        var limits = PeerLimits()
        limits.queuedBytes = 20_000
        var session = PeerSession(limits: limits)
        for (id, size) in [(1, 30_000), (2, 4_097), (3, 4_096)] as [(UInt64, Int)] {
            session.state.beginServing(id)
            session.state.finish(id, with: .success([UInt8](repeating: 0, count: size)))
        }
        let sent = try session.sent()
        guard case .reply(id: 1, _) = sent[0], case .failure(id: 2, let failure) = sent[1],
            case .reply(id: 3, _) = sent[2]
        else { throw CancellationError() }
        #expect(failure.code == CallError.Code.busy.rawValue)
    }

    @Test
    func drainingSendsAGoodbyeAndRefusesCalls() throws {
        var session = PeerSession()
        session.state.beginServing(1)
        #expect(session.state.beginDraining("stopping").isEmpty)
        #expect(session.receive { Wire.call(2, into: &$0) }.words == "none")
        let sent = try session.sent()
        guard sent.count == 3, case .goodbye(code: 0, _) = sent[0], case .ping(1) = sent[1],
            case .failure(id: 2, let failure) = sent[2]
        else {
            Issue.record("unexpected frames: \(sent)")
            return
        }
        #expect(failure.code == CallError.Code.draining.rawValue)
        #expect(session.state.parkUntilIdle("drainer") == true)
        #expect(session.state.takeDrainWaiter() == nil)
        session.state.finish(1, with: .success([7]))
        #expect(session.state.takeDrainWaiter() == nil)
        _ = session.receive { FrameWriter.writeNumbers(.pong, 1, into: &$0) }
        #expect(session.state.takeDrainWaiter() == "drainer")
    }

    @Test("A draining peer waits until calls that cross its goodbye are refused")
    func drainingWaitsForCallsThatCrossTheGoodbye() throws {
        var session = PeerSession()
        _ = session.state.beginDraining("stopping")
        #expect(session.state.parkUntilIdle("drainer") == true)
        _ = session.receive { FrameWriter.writeNumbers(.pong, 0, into: &$0) }
        #expect(session.state.takeDrainWaiter() == nil)
        _ = session.receive { Wire.call(1, into: &$0) }
        guard case .failure(id: 1, let failure)? = try session.sent().last else { throw CancellationError() }
        #expect(failure.executed == .no)
        _ = session.receive { FrameWriter.writeNumbers(.pong, 1, into: &$0) }
        #expect(session.state.takeDrainWaiter() == "drainer")
    }

    @Test
    func notificationsBeyondTheLimitAreDroppedAndCounted() {
        var limits = PeerLimits()
        limits.notifications = 1
        var session = PeerSession(limits: limits)
        let first = session.state.beginNotification(byteCount: 0)
        #expect(first != nil)
        #expect(session.state.beginNotification(byteCount: 0) == nil)
        #expect(session.state.notificationsDropped == 1)
    }
}
