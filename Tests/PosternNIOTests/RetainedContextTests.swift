import PosternTestSupport
import Postern
import PosternNIO
import Testing

/// Callers, contexts and payloads that a handler retains beyond the end of their connection.
@Suite(.timeLimit(.minutes(10)))
struct RetainedContextTests {
    /// Serves two calls whose handlers retain their contexts, closes the connection, and returns the server's peer.
    private func serveOnce(_ kept: Shelf<CallContext>, over wiring: Wiring) async throws -> WeakPeer {
        let router = Router()
        router.root.register("keep", Parameter<Callback?>("callback", default: nil)) {
            (context: CallContext, _: Callback?) async in
            kept.put(context)
        }
        let link = try await Link.make(wiring, serving: router)
        try await link.client.call("keep", Callback { 1 })
        let call = Call("keep", arguments: Payload(bytes: [], codec: MessagePack.self)) { _ in }
        _ = try await link.client.dispatch(call)
        await link.close()
        return WeakPeer(peer: link.server)
    }

    @Test("A retained context does not retain its closed connection", arguments: Wiring.allCases)
    func aRetainedContextDoesNotRetainItsConnection(wiring: Wiring) async throws {
        let kept = Shelf<CallContext>()
        let server = try await serveOnce(kept, over: wiring)
        await settle { server.peer == nil }
        for context in kept.all { context.reportProgress(1) }
        let caller = try #require(kept.all.first?.caller)
        #expect(caller.peer == nil)
        let error = await #expect(throws: CallError.self) { try await caller.call("anything") }
        #expect(error?.code == .unavailable)
        #expect(error?.executed == .no)
        #expect(throws: CallError.self) { try caller.notify("anything") }
    }

    @Test("A retained payload with references does not retain its closed connection", arguments: Wiring.allCases)
    func aRetainedPayloadDoesNotRetainItsConnection(wiring: Wiring) async throws {
        let kept = Shelf<Payload>()
        let server = try await serveOnce(kept, over: wiring)
        await settle { server.peer == nil }
        let payload = try #require(kept.all.first)
        #expect(throws: PayloadError.self) { try payload.decode(Callback.self) }
    }

    private func serveOnce(_ kept: Shelf<Payload>, over wiring: Wiring) async throws -> WeakPeer {
        let router = Router()
        router.root.register("keep", "value") { (value: Payload) in kept.put(value) }
        let link = try await Link.make(wiring, serving: router)
        try await link.client.call("keep", Callback { 1 })
        await link.close()
        return WeakPeer(peer: link.server)
    }
}
