import Postern
import PosternNIO
import Testing

/// What a handler keeps of a connection that has ended.
@Suite(.timeLimit(.minutes(10)))
struct KeptCallbackTests {
    /// Serves one call that leaves a callback behind; the server's end of its connection has left memory then.
    private func leave(_ kept: Shelf<Callback>, over wiring: Wiring) async throws -> WeakPeer {
        let router = Router()
        router.root.register("keep", "callback") { (callback: Callback) in kept.put(callback) }
        let link = try await Link.make(wiring, serving: router)
        try await link.client.call("keep", Callback { 1 })
        await link.close()
        return WeakPeer(peer: link.server)
    }

    @Test("A callback that is kept does not keep its dead connection", arguments: Wiring.allCases)
    func aKeptCallbackKeepsNoConnection(wiring: Wiring) async throws {
        let kept = Shelf<Callback>()
        let left = try await leave(kept, over: wiring)
        await settle { left.peer == nil }
        let error = await #expect(throws: CallError.self) { try await kept.all[0].call() }
        #expect(error?.code == .unavailable)
        #expect(error?.executed == .no)
    }
}

/// A peer that is looked at without being kept.
struct WeakPeer {
    weak var peer: Peer?
}
