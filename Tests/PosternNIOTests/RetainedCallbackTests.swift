import PosternTestSupport
import Postern
import PosternNIO
import Testing

/// Callbacks that a handler retains beyond the end of their connection.
@Suite(.timeLimit(.minutes(10)))
struct RetainedCallbackTests {
    /// Serves one call whose handler retains a callback, closes the connection, and returns the server's peer.
    private func serveOnce(_ kept: Shelf<Callback>, over wiring: Wiring) async throws -> WeakPeer {
        let router = Router()
        router.root.register("keep", "callback") { (callback: Callback) in kept.put(callback) }
        let link = try await Link.make(wiring, serving: router)
        try await link.client.call("keep", Callback { 1 })
        await link.close()
        return WeakPeer(peer: link.server)
    }

    @Test("A retained callback does not retain its closed connection", arguments: Wiring.allCases)
    func aRetainedCallbackDoesNotRetainItsConnection(wiring: Wiring) async throws {
        let kept = Shelf<Callback>()
        let server = try await serveOnce(kept, over: wiring)
        await settle { server.peer == nil }
        let error = await #expect(throws: CallError.self) { try await kept.all[0].call() }
        #expect(error?.code == .unavailable)
        #expect(error?.executed == .no)
    }
}

/// A weak reference to a peer.
struct WeakPeer {
    weak var peer: Peer?
}
