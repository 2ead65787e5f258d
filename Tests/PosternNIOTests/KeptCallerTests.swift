import Postern
import PosternNIO
import Testing

/// Callers, contexts of calls and payloads that a handler keeps beyond the end of their connection.
@Suite(.timeLimit(.minutes(10)))
struct KeptCallerTests {
    /// Serves two calls whose handlers keep their contexts; the server's end of their connection has left memory then.
    private func leave(_ kept: Shelf<CallContext>, over wiring: Wiring) async throws -> WeakPeer {
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

    @Test("A context that is kept does not keep its dead connection", arguments: Wiring.allCases)
    func aKeptContextKeepsNoConnection(wiring: Wiring) async throws {
        let kept = Shelf<CallContext>()
        let left = try await leave(kept, over: wiring)
        await settle { left.peer == nil }
        for context in kept.all { context.reportProgress(1) }
        let caller = try #require(kept.all.first?.caller)
        #expect(caller.peer == nil)
        let error = await #expect(throws: CallError.self) { try await caller.call("anything") }
        #expect(error?.code == .unavailable)
        #expect(error?.executed == .no)
        #expect(throws: CallError.self) { try caller.notify("anything") }
    }

    @Test("A payload with references that is kept keeps no dead connection", arguments: Wiring.allCases)
    func aKeptPayloadKeepsNoConnection(wiring: Wiring) async throws {
        let kept = Shelf<Payload>()
        let left = try await leave(kept, over: wiring)
        await settle { left.peer == nil }
        let payload = try #require(kept.all.first)
        #expect(throws: PayloadError.self) { try payload.decode(Callback.self) }
    }

    private func leave(_ kept: Shelf<Payload>, over wiring: Wiring) async throws -> WeakPeer {
        let router = Router()
        router.root.register("keep", "value") { (value: Payload) in kept.put(value) }
        let link = try await Link.make(wiring, serving: router)
        try await link.client.call("keep", Callback { 1 })
        await link.close()
        return WeakPeer(peer: link.server)
    }
}
