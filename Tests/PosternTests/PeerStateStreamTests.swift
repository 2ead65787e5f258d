@testable import Postern
import Testing

struct PeerStateStreamTests {
    @Test
    func itemsWaitForTheirReaderAndResumeIt() throws {
        var session = PeerSession()
        let id = try session.call("a")
        #expect(session.receive { Wire.stream(id, into: &$0) }.words == "open stream 1 for a")
        #expect(session.state.parkReader(of: id, "reader") == true)
        #expect(session.receive { Wire.item(id, into: &$0) }.words == "wake reader")
        #expect(session.receive { Wire.item(id, into: &$0) }.words == "none")
        #expect(session.receive { FrameWriter.writeNumbers(.end, id, into: &$0) }.words == "none")
        #expect(session.nextWords(id) == ["item", "item", "end"])
    }

    @Test
    func creditIsGrantedInHalves() throws {
        var session = PeerSession()
        let id = try session.openStream()
        for _ in 0..<64 { _ = session.receive { Wire.item(id, into: &$0) } }
        for _ in 0..<31 { _ = session.state.nextItem(of: id) }
        #expect(try session.sent().isEmpty)
        _ = session.state.nextItem(of: id)
        #expect(try session.sent() == [.credit(id: id, items: 32)])
    }

    @Test
    func anItemWithoutCreditIsAViolation() throws {
        var session = PeerSession()
        let id = try session.openStream()
        for _ in 0..<64 { #expect(session.receive { Wire.item(id, into: &$0) }.words == "none") }
        #expect(session.receive { Wire.item(id, into: &$0) }.words == "disconnect: protocol violation")
    }

    @Test
    func aDroppedStreamIsCancelledAndItsLastItemsAreIgnored() throws {
        var session = PeerSession()
        let id = try session.openStream()
        _ = try session.sent()
        _ = session.state.dropStream(id)
        #expect(try session.sent() == [.cancel(id: id)])
        #expect(session.receive { Wire.item(id, into: &$0) }.words == "none")
        #expect(session.receive { FrameWriter.writeNumbers(.end, id, into: &$0) }.words == "none")
    }

    @Test
    func itemsOfAStreamThatWasNeverRequestedAreAViolation() {
        var session = PeerSession()
        #expect(session.receive { Wire.item(3, into: &$0) }.words == "disconnect: protocol violation")
    }

    @Test
    func aReaderReceivesWhatArrivedBeforeTheConnectionEnded() throws {
        var session = PeerSession()
        let id = try session.openStream()
        _ = session.receive { Wire.item(id, into: &$0) }
        _ = session.state.close(DisconnectReason(.lost, "gone"))
        #expect(session.nextWords(id) == ["item", "error -32054"])
    }

    @Test
    func aProducerSendsNoMoreThanItsCredit() throws {
        var session = PeerSession()
        session.state.beginServing(1)
        #expect(session.state.openStream(1, nil) == .opened)
        for _ in 0..<64 { #expect(session.state.sendItem(1, offset: nil, [7]) == .sent) }
        #expect(session.state.sendItem(1, offset: nil, [7]) == .wait)
        #expect(session.state.parkProducer(of: 1, "producer") == true)
        let action = session.receive { FrameWriter.writeNumbers(.credit, 1, 2, into: &$0) }
        #expect(action.words == "wake producer")
        #expect(session.state.sendItem(1, offset: nil, [7]) == .sent)
        #expect(session.state.sendItem(1, offset: nil, [7]) == .sent)
        #expect(session.state.sendItem(1, offset: nil, [7]) == .wait)
    }

    @Test
    func creditGrantedBeforeTheStreamBeginsCounts() throws {
        var session = PeerSession()
        session.state.beginServing(1)
        #expect(session.receive { FrameWriter.writeNumbers(.credit, 1, 2, into: &$0) }.words == "none")
        #expect(session.state.sendItem(1, offset: nil, [7]) == .stopped)
        #expect(session.state.openStream(1, nil) == .opened)
        for _ in 0..<66 { #expect(session.state.sendItem(1, offset: nil, [7]) == .sent) }
        #expect(session.state.sendItem(1, offset: nil, [7]) == .wait)
    }

    @Test(arguments: [-1, Int.max, 1 << 30])
    func excessiveCreditBeforeTheStreamBeginsIsAViolation(items: Int) {
        var session = PeerSession()
        session.state.beginServing(1)
        #expect(session.violation { FrameWriter.writeNumbers(.credit, 1, items, into: &$0) } != nil)
    }

    @Test
    func creditForANotificationOrAnUnknownCallIsIgnored() {
        var session = PeerSession()
        let id = session.state.beginNotification(byteCount: 0) ?? 0
        #expect(id == PeerSession.State.firstNotificationID)
        #expect(session.receive { FrameWriter.writeNumbers(.credit, id, 1 << 30, into: &$0) }.words == "none")
        #expect(session.receive { FrameWriter.writeNumbers(.credit, 9, 1 << 30, into: &$0) }.words == "none")
    }

    @Test
    func anOpenStreamIsNoCallInFlight() throws {
        var limits = PeerLimits()
        (limits.callsInFlight, limits.streams) = (1, 1)
        var session = PeerSession(limits: limits)
        session.state.beginServing(1)
        #expect(session.receive { Wire.call(2, into: &$0) }.words == "none")
        #expect(session.state.openStream(1, nil) == .opened)
        #expect(session.receive { Wire.call(3, into: &$0) }.words == "serve 3")
        session.state.beginServing(3)
        #expect(session.state.openStream(3, nil) == .full)
        session.state.endStream(1, nil)
        #expect(session.state.openStream(3, nil) == .opened)
        _ = session.receive { FrameWriter.writeNumbers(.cancel, 3, into: &$0) }
        #expect(session.state.counts.streams == 0)
        session.state.endStream(3, nil)
        #expect(session.state.counts == ServedCounts())
    }

    @Test(arguments: [-1, Int.max, 1 << 30])
    func excessiveCreditIsAViolation(items: Int) {
        var session = PeerSession()
        session.state.beginServing(1)
        _ = session.state.openStream(1, nil)
        let action = session.receive { FrameWriter.writeNumbers(.credit, 1, items, into: &$0) }
        #expect(action.words == "disconnect: protocol violation")
    }

    @Test
    func cancellingAStreamResumesItsProducer() throws {
        var session = PeerSession()
        session.state.beginServing(1)
        _ = session.state.attach("handler", to: 1)
        _ = session.state.openStream(1, nil)
        while session.state.sendItem(1, offset: nil, [7]) == .sent {}
        _ = session.state.parkProducer(of: 1, "producer")
        let action = session.receive { FrameWriter.writeNumbers(.cancel, 1, into: &$0) }
        #expect(action.words == "cancel handler producer")
        #expect(session.state.sendItem(1, offset: nil, [7]) == .stopped)
    }
}

extension PeerSession {
    /// Makes a call whose reply is a stream, and returns its identifier.
    fileprivate mutating func openStream() throws -> UInt64 {
        let id = try call("a")
        _ = receive { Wire.stream(id, into: &$0) }
        _ = try sent()
        return id
    }

    /// Returns what the reader receives until the end.
    fileprivate mutating func nextWords(_ id: UInt64) -> [String] {
        var words: [String] = []
        while true {
            switch state.nextItem(of: id) {
            case .item: words.append("item")
            case .end(nil): return words + ["end"]
            case .end(let error?): return words + ["error \(error.code.rawValue)"]
            case .wait: return words + ["wait"]
            }
        }
    }
}
