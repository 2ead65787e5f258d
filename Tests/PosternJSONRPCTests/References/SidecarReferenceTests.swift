import PosternTestSupport
import Postern
import PosternJSONRPC
import Testing

/// Tests of a page whose services are behind a native connection.
@Suite(.timeLimit(.minutes(10)))
struct SidecarReferenceTests {
    @Test("Functions and objects pass through the gateway, with new handles on each side")
    func referencesAreForwardedByTheGateway() async throws {
        let released = Counter()
        let router = Router()
        router.root.register("watch", Parameter<String>("name"), Parameter<Callback>("event")) {
            (name: String, event: Callback) async throws -> [String: Reference] in
            let once: Int = try await event.call(name, 1.5, [1: "one"] as [Int: String])
            try event.notify(once)
            let object = Router()
            object.root.register("again") { () async throws -> Int in try await event.call("again") }
            return ["monitor": Reference(to: object, "monitor") { released.increment() }]
        }
        let (near, far) = InProcessTransport.pair(NothingExposed(), router)
        let page = await Page(near)
        await page.send(
            #"{"jsonrpc":"2.0","id":1,"method":"watch","params":{"name":"é","event":\#(PageCallbackTests.function)}}"#
        )
        let call = #"{"jsonrpc":"2.0","id":1,"method":"$/invokeProxy/7/call","params":["é",1.5,{"1":"one"}]}"#
        #expect(await page.next() == call)
        #expect(
            await page.ask(#"{"jsonrpc":"2.0","id":1,"result":41}"#)
                == #"{"jsonrpc":"2.0","method":"$/invokeProxy/7/call","params":[41]}"#
        )
        let answer = await page.next()
        let pattern = /\{"jsonrpc":"2.0","id":1,"result":\{"monitor":\{"__jsonrpc_marshaled":1,"handle":(\d+)\}\}\}/
        let handle = try #require(answer.wholeMatch(of: pattern)).output.1
        #expect(far.exportedReferences.map(\.number) != [UInt64(handle)])

        let again = await page.ask(#"{"jsonrpc":"2.0","id":2,"method":"$/invokeProxy/\#(handle)/again","params":[]}"#)
        #expect(again == #"{"jsonrpc":"2.0","id":2,"method":"$/invokeProxy/7/call","params":["again"]}"#)
        #expect(
            await page.ask(#"{"jsonrpc":"2.0","id":2,"result":5}"#) == #"{"jsonrpc":"2.0","id":2,"result":5}"#
        )
        await page.close()
        await settle { released.value == 1 }
        await settle { far.exportedReferences.isEmpty && far.importedReferences.isEmpty }
        await settle { near.exportedReferences.isEmpty && near.importedReferences.isEmpty }
        #expect(page.client.exportedReferences.isEmpty && page.client.importedReferences.isEmpty)
        #expect(near.isConnected)
        near.close()
    }

    @Test("M15: a function of a closed page fails")
    func aFunctionOfAClosedPageFails() async throws {
        let kept = Shelf<Callback>()
        let router = Router()
        router.root.register("keep", Parameter<Callback>("function")) { (function: Callback) in kept.put(function) }
        let (near, _) = InProcessTransport.pair(NothingExposed(), router)
        let page = await Page(near)
        _ = await page.ask(#"{"jsonrpc":"2.0","id":1,"method":"keep","params":[\#(PageCallbackTests.function)]}"#)
        await page.close()
        let error = await #expect(throws: CallError.self) { try await kept.all[0].call() }
        #expect(error?.code == .unavailable)
        kept.dropAll()
        await settle { near.exportedReferences.isEmpty }
        near.close()
    }
}
