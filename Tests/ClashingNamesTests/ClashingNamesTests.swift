#if Macros
import Postern
import Testing

/// Tests of generated code in a program with types that have the names of the library's.
@Suite struct ClashingNamesTests {
    @Test func generatedCodeUsesTheTypesOfTheLibrary() async throws {
        let router = Postern::Router()
        router.root.expose(Shop())
        router.root.expose(Inner())
        let (server, peer) = InProcessTransport.pair(router)
        let shop = RemoteRemoteShopping(peer)
        #expect(try await shop.add(service: 1, self: 2, 3) == 6)
        #expect(try await shop.sum(remote: 1, timeout: 2, path: 3) == 6)
        #expect(try await shop.call(self: 7) == 7)
        #expect(try await shop.remote() == "shop/name")
        let one: Int = try await peer.call("inner/add")
        #expect(one == 1)
        let sum: Int = try await peer.call("shop/add", named: ["service": 1, "options": 2])
        #expect(sum == 4)
        peer.close()
        server.close()
    }
}
#endif
