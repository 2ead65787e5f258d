@testable import Postern
@testable import PosternNIO
import PosternTestSupport
import Testing

/// A server sends goodbye, and another one replaces it.
@Suite(.timeLimit(.minutes(10)))
struct HandoverTests {
    @Test(
        "At a goodbye new calls go to the next server, while the old one ends its calls",
        arguments: [Wiring.tcp, .unix]
    )
    func newCallsGoToTheSuccessorAtOnce(wiring: Wiring) async throws {
        let (release, started) = (Gate(), Gate())
        let first = NativeServer(namedServer("first", release, started))
        let address = try await first.start(at: wiring.address)
        let peer = ReconnectingPeer.connect(to: address, patience: .seconds(60))
        let pending = Task { () throws -> String in try await answer(peer, "finish") }
        await started.wait()
        let draining = Task { await first.drain(grace: .seconds(3_600)) }
        while peer.peer != nil { await Task.yield() }
        let waiting = Task { () throws -> String in try await answer(peer, "name") }
        let second = NativeServer(namedServer("second"))
        try await second.start(at: address)
        #expect(try await waiting.value == "second")
        #expect(try await answer(peer, "name") == "second")
        release.open()
        #expect(try await pending.value == "finished by first")
        await draining.value
        #expect(try await answer(peer, "name") == "second")
        await peer.stop()
        await second.stop()
    }

    @Test("A subscription moves to the next server, although the connection to the old one stays open")
    func aSubscriptionDoesNotWaitForTheOldConnection() async throws {
        let (release, started) = (Gate(), Gate())
        let (old, new) = (namedServer("first", release, started), namedServer("second"))
        let (topic, next) = (old.topic("news"), new.topic("news"))
        let first = NativeServer(old)
        let address = try await first.start(at: Wiring.unix.address)
        let peer = ReconnectingPeer.connect(to: address, patience: .seconds(60))
        let pending = Task { () throws -> String in try await answer(peer, "finish") }
        await started.wait()
        var news = peer.subscribe("news", of: Int.self).makeAsyncIterator()
        let publishing = Task {
            while topic.subscriberCount == 0 { await Task.yield() }
            _ = try topic.publish(1)
        }
        guard case .event(1)? = try await news.next() else { throw CancellationError() }
        try await publishing.value
        let draining = Task { await first.drain(grace: .seconds(3_600)) }
        while peer.peer != nil { await Task.yield() }
        let second = NativeServer(new)
        try await second.start(at: address)
        guard case .gap? = try await news.next() else { throw CancellationError() }
        _ = try next.publish(2)
        guard case .event(2)? = try await news.next() else { throw CancellationError() }
        release.open()
        _ = try await pending.value
        await draining.value
        await peer.stop()
        await second.stop()
    }

    @Test("A call that crosses the goodbye and is refused is repeated", arguments: [Wiring.tcp, .unix])
    func aRefusedCallThatCrossedTheGoodbyeIsRepeated(wiring: Wiring) async throws {
        let server = try await RawServer(at: wiring.address, refusing(executed: .no))
        let peer = ReconnectingPeer.connect(to: server.address, patience: .seconds(60))
        #expect(try await number(peer, "any") == 7)
        let reply = try await peer.reply(to: "any", 1, timeout: nil)
        #expect(try Peer.value(of: reply, "any") == 7)
        #expect(server.opened.value == 2)
        await peer.stop()
        try await server.close()
    }

    @Test("A call that may have been executed is not repeated, although the server sent goodbye")
    func aCallOfUnknownOutcomeIsNotRepeated() async throws {
        let server = try await RawServer(at: Wiring.unix.address, refusing(executed: .unknown))
        let peer = ReconnectingPeer.connect(to: server.address, patience: .seconds(60))
        let error = await #expect(throws: CallError.self) { _ = try await number(peer, "any") }
        #expect(error?.code == .draining && error?.executed == .unknown)
        await peer.stop()
        try await server.close()
    }

    @Test("A call with a reference of the old server is not sent to another one")
    func aCallWithAReferenceOfTheOldServerIsNotRepeated() async throws {
        let refuse = refusing(executed: .no)
        let server = try await RawServer(at: Wiring.unix.address) { connection, frame in
            guard case .call(let call) = frame, call.id == 1 else { return refuse(connection, frame) }
            return RawPeer.bytes { output in
                _ = FrameWriter.writeReferences(ReferenceNumbers(lent: [5]), limit: .max, into: &output)
                let start = FrameWriter.begin(.reply, fields: 3, id: call.id, into: &output)
                output += [0xc7, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 5]
                FrameWriter.end(start, in: &output)
            }
        }
        let peer = ReconnectingPeer.connect(to: server.address, patience: .seconds(60))
        let function: Callback = try Peer.value(of: try await peer.reply(to: "lend", timeout: nil), "lend")
        let error = await #expect(throws: CallError.self) {
            _ = try await peer.reply(to: "use", function, timeout: nil)
        }
        #expect(error?.code == .draining && error?.executed == .no)
        await peer.stop()
        try await server.close()
    }

    @Test("A call that waits for a connection keeps its deadline")
    func aWaitingCallKeepsItsDeadline() async throws {
        let peer = ReconnectingPeer.connect(to: Wiring.unix.address, patience: .seconds(3_600))
        let call = Call("any", arguments: none, deadline: .now + .milliseconds(20))
        let error = await #expect(throws: CallError.self) { _ = try await peer.dispatch(call) }
        #expect(error?.code == .deadlineExceeded && error?.executed == .no)
        await peer.stop()
    }

    @Test("Calls that wait for a connection are limited, in number and in bytes, and end when the peer is stopped")
    func waitingCallsAreLimited() async throws {
        var calls = WaitingCalls()
        let admitted = [60, 60, 40, 0].map { calls.add($0, within: (2, 100)) }
        #expect(admitted == [true, false, true, false])
        calls.remove(60)
        #expect(calls.count == 1 && calls.byteCount == 40)
        var options = ConnectionOptions()
        options.maximumWaitingCalls = 0
        let peer = ReconnectingPeer.connect(to: Wiring.unix.address, options: options, patience: .seconds(3_600))
        let error = await #expect(throws: CallError.self) { _ = try await number(peer, "any") }
        #expect(error?.code == .busy && error?.executed == .no)
        await peer.stop()
    }

    @Test("Connections to servers that send goodbye and never close are limited")
    func retiredConnectionsAreLimited() async throws {
        let server = try await RawServer(at: Wiring.unix.address) { _, frame in
            guard case .hello = frame else { return [] }
            return RawPeer.bytes { FrameWriter.writeGoodbye(code: 0, "stopping", limit: .max, into: &$0) }
        }
        let peer = ReconnectingPeer.connect(to: server.address)
        while server.opened.value < 2 * CurrentPeer.maximumRetired { await Task.yield() }
        // The server notices the end later than the peer, which connects again meanwhile.
        await settle { server.opened.value - server.ended.value <= CurrentPeer.maximumRetired + 2 }
        #expect(server.ended.value > 0)
        // Each connection is the current one between its welcome and its goodbye, so the property is polled.
        await settle { peer.peer == nil }
        await peer.stop()
        try await server.close()
    }

    @Test("A wait lasts as long as the patience, longer for a successor, and never beyond the deadline")
    func waitsEnd() throws {
        let now = ContinuousClock.now
        let wait = ConnectionWait(until: nil, patience: .seconds(1))
        #expect(try wait.end(at: now, successor: nil) == wait.patience)
        #expect(try wait.end(at: now, successor: now + .seconds(9)) == now + .seconds(9))
        #expect(try wait.end(at: now + .seconds(2), successor: nil) == nil)
        let short = ConnectionWait(until: now + .seconds(3), patience: .seconds(1))
        #expect(try short.end(at: now, successor: now + .seconds(9)) == now + .seconds(3))
        #expect(throws: CallError.self) { try short.end(at: now + .seconds(3), successor: now + .seconds(9)) }
    }

    /// The first connection refuses calls after a goodbye and stays open; the others reply with 7.
    private func refusing(executed: CallError.Executed) -> RawServer.Answer {
        { connection, frame in
            guard case .call(let call) = frame else { return [] }
            return RawPeer.bytes { output in
                if connection == 1 {
                    FrameWriter.writeGoodbye(code: 0, "stopping", limit: .max, into: &output)
                    let error = CallError(.draining, "No more calls are taken", executed: executed)
                    FrameWriter.writeFailure(id: call.id, error, limit: .max, into: &output)
                } else {
                    let start = FrameWriter.begin(.reply, fields: 3, id: call.id, into: &output)
                    output.append(7)
                    FrameWriter.end(start, in: &output)
                }
            }
        }
    }

    private func namedServer(_ name: String, _ release: Gate = Gate(), _ started: Gate = Gate()) -> Router {
        let router = Router()
        router.root.register("name") { () -> String in name }
        router.root.register("finish") { () async -> String in
            started.open()
            await release.wait()
            return "finished by \(name)"
        }
        return router
    }

    private let none = Payload(bytes: [], codec: MessagePack.self)

    private func number(_ peer: ReconnectingPeer, _ method: String) async throws -> Int {
        try Peer.value(of: try await peer.dispatch(Call(method, arguments: none)), method)
    }

    private func answer(_ peer: ReconnectingPeer, _ method: String) async throws -> String {
        try Peer.value(of: try await peer.dispatch(Call(method, arguments: none)), method)
    }
}
