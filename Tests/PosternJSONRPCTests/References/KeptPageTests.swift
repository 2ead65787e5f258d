import PosternTestSupport
import Postern
import PosternJSONRPC
import Synchronization
import Testing

/// Tests of callers that a handler retains after their page has closed.
struct KeptPageTests {
    /// Serves one call whose handler retains its caller, and returns a weak reference to the client of the page.
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

    @Test("A retained caller does not retain its page")
    func aRetainedCallerDoesNotRetainItsPage() async throws {
        let kept = Shelf<Caller>()
        let left = await leave(kept)
        await settle { left.client == nil }
        let caller = try #require(kept.all.first)
        let error = await #expect(throws: CallError.self) { try await caller.call("anything") }
        #expect(error?.code == .unavailable)
        #expect(error?.executed == .no)
    }
}
