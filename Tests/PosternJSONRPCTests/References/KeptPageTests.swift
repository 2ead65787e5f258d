import Postern
import PosternJSONRPC
import Synchronization
import Testing

/// Callers that a handler keeps beyond the end of their page.
struct KeptPageTests {
    /// Serves one call whose handler keeps its caller; the page has left memory then.
    private func leave(_ kept: Shelf<Caller>) async -> WeakClient {
        let router = Router()
        router.root.register("keep") { (context: CallContext) async in
            if let caller = context.caller { kept.put(caller) }
        }
        let page = await Page(router)
        _ = await page.ask(#"{"jsonrpc":"2.0","id":1,"method":"keep"}"#)
        await page.close()
        return WeakClient(client: page.client)
    }

    private struct WeakClient {
        weak var client: JSONRPCClient?
    }

    @Test("A caller that is kept does not keep the page that it called from")
    func aKeptCallerKeepsNoPage() async throws {
        let kept = Shelf<Caller>()
        let left = await leave(kept)
        await settle { left.client == nil }
        let caller = try #require(kept.all.first)
        let error = await #expect(throws: CallError.self) { try await caller.call("anything") }
        #expect(error?.code == .unavailable)
        #expect(error?.executed == .no)
    }
}
