import PosternTestSupport
import Postern
import PosternJSONRPC
import Testing

/// Tests of functions and objects that handlers export to a page.
@Suite(.timeLimit(.minutes(10)))
struct PageReferenceTests {
    private let released = Counter()

    /// A service whose method `open` returns an object, `short` a function, and `same` its argument.
    private var router: Router {
        let object = Router()
        object.root.register("double", Parameter<Int>("number")) { $0 * 2 }
        object.service("deep").register("name") { () async in "deep" }
        let reference = Reference(to: object, "counter") { [released] in released.increment() }
        let router = Router()
        router.root.register("open") { () async in reference }
        router.root.register("short", options: MethodOptions(execution: .onEventLoop)) { () -> Callback in
            Callback { (text: String) in text + "!" }
        }
        router.root.register("same", Parameter<[Payload]>("values")) { (values: [Payload]) in values }
        router.root.register("echo", Parameter<Payload>("value")) { (value: Payload) in value }
        return router
    }

    private func open(_ page: Page, id: Int = 1) async throws -> UInt64 {
        let answer = await page.ask(#"{"jsonrpc":"2.0","id":\#(id),"method":"open"}"#)
        let pattern = /\{"jsonrpc":"2.0","id":\d+,"result":\{"__jsonrpc_marshaled":1,"handle":(\d+)\}\}/
        let found = try #require(answer.wholeMatch(of: pattern))
        return try #require(UInt64(found.output.1))
    }

    private func invoke(_ page: Page, _ handle: UInt64, _ method: String, _ params: String = "[]") async -> String {
        await page.ask(#"{"jsonrpc":"2.0","id":9,"method":"$/invokeProxy/\#(handle)/\#(method)","params":\#(params)}"#)
    }

    @Test("A page calls the methods of an exported object until it releases the object")
    func anObjectIsCalledUntilItIsReleased() async throws {
        let page = await Page(router)
        let handle = try await open(page)
        #expect((1..<1 << 53).contains(handle))
        #expect(await invoke(page, handle, "double", "[21]") == #"{"jsonrpc":"2.0","id":9,"result":42}"#)
        #expect(await invoke(page, handle, "deep.name") == #"{"jsonrpc":"2.0","id":9,"result":"deep"}"#)
        #expect(await invoke(page, handle, "deep/name") == #"{"jsonrpc":"2.0","id":9,"result":"deep"}"#)
        #expect(await invoke(page, handle, "none").errorCode == -32601)
        #expect(await invoke(page, handle, "double", "[]").errorCode == -32602)
        #expect(page.client.exportedReferences.map(\.description) == ["counter"])
        await page.send(PageCallbackTests.release(Int(handle)))
        #expect(released.value == 1)
        #expect(page.client.exportedReferences.isEmpty)
        #expect(await invoke(page, handle, "double", "[21]").errorCode == -32001)
        await page.close()
        #expect(released.value == 1)
    }

    @Test
    func anImmediateMethodReturnsAFunction() async throws {
        let page = await Page(router)
        let answer = await page.ask(#"{"jsonrpc":"2.0","id":"a","method":"short"}"#)
        let found = try #require(
            answer.firstMatch(of: /"result":\{"__jsonrpc_marshaled":1,"handle":(\d+),"kind":"function"\}/)
        )
        let handle = try #require(UInt64(found.output.1))
        #expect(await invoke(page, handle, "call", #"["hi"]"#) == #"{"jsonrpc":"2.0","id":9,"result":"hi!"}"#)
        #expect(await invoke(page, handle, "other", #"["hi"]"#).errorCode == -32601)
        await page.close()
    }

    @Test("M10: a reference received twice is released twice, and not more often")
    func aReferenceReceivedTwiceIsHeldTwice() async throws {
        let page = await Page(router)
        let first = try await open(page)
        #expect(try await open(page, id: 2) == first)
        await page.send(PageCallbackTests.release(Int(first)))
        #expect(page.client.exportedReferences.first?.count == 1)
        #expect(await page.closeReason == nil)
        await page.send(PageCallbackTests.release(Int(first), count: 2))
        #expect(await page.closeReason == "more of a reference was released than is held")
        await page.close()
    }

    @Test("A returned reference is the original object, anywhere among other values")
    func aReturnedReferenceIsTheOriginalObject() async throws {
        let page = await Page(router)
        let handle = try await open(page)
        let home = #"{"__jsonrpc_marshaled":0,"handle":\#(handle)}"#
        let mine = #"{"handle":3,"kind":"function","__jsonrpc_marshaled":1}"#
        await page.send(#"{"jsonrpc":"2.0","id":4,"method":"same","params":[[\#(home),{"a":[\#(mine)]},\#(mine)]]}"#)
        let answer = await page.next()
        let mark = #""__jsonrpc_marshaled""#
        let back = #"{\#(mark):0,"handle":3,"kind":"function"}"#
        #expect(
            answer == #"{"jsonrpc":"2.0","id":4,"result":[{\#(mark):1,"handle":\#(handle)},{"a":[\#(back)]},\#(back)]}"#
        )
        #expect(await page.next() == PageCallbackTests.release(3))
        #expect(page.client.exportedReferences.first?.count == 2)
        await page.close()
        #expect(released.value == 1)
    }

    @Test("M9: the 101st use of a handle that is not held is a violation")
    func guessingHandlesIsAViolation() async {
        let page = await Page(router)
        for number in 0..<100 {
            let answer = await invoke(page, UInt64(number), "double", "[1]")
            #expect(answer.errorCode == -32001)
        }
        #expect(await page.closeReason == nil)
        _ = await invoke(page, 7, "double", "[1]")
        await page.send(PageCallbackTests.release(7))
        #expect(await page.closeReason == "too many references were used that are not held")
        await page.close()
    }

    @Test("M12: references above the limit are refused and released at once")
    func tooManyAreRefused() async throws {
        var limits = JSONRPCLimits()
        limits.references = 2
        let page = await Page(router, limits: limits)
        let functions = (1...3).map { #"{"__jsonrpc_marshaled":1,"handle":\#($0),"kind":"function"}"# }
        await page.send(#"{"jsonrpc":"2.0","id":1,"method":"echo","params":[[\#(functions.joined(separator: ","))]]}"#)
        for handle in 1...3 { #expect(await page.next() == PageCallbackTests.release(handle)) }
        #expect(await page.next().errorCode == -32056)
        for _ in 0..<2 { _ = await page.ask(#"{"jsonrpc":"2.0","id":1,"method":"short"}"#) }
        #expect(await page.ask(#"{"jsonrpc":"2.0","id":1,"method":"short"}"#).errorCode == -32056)
        #expect(page.client.exportedReferences.count == 2)
        await page.close()
    }

    @Test("M12: at most ten thousand are exported, and all end with the connection, once")
    func tenThousandEndWithTheConnection() async {
        let router = Router()
        router.root.register("many", Parameter<Int>("count")) { [released] (count: Int) in
            (0..<count).map { _ in Callback(onRelease: { released.increment() }, handler: {}) }
        }
        let page = await Page(router)
        #expect(await page.ask(#"{"jsonrpc":"2.0","id":1,"method":"many","params":[10001]}"#).errorCode == -32056)
        #expect(page.client.exportedReferences.isEmpty)
        // The references of a result that was not sent are released too.
        await settle { released.value == 10_001 }
        let answer = await page.ask(#"{"jsonrpc":"2.0","id":2,"method":"many","params":[10000]}"#)
        #expect(answer.contains("__jsonrpc_marshaled"))
        #expect(page.client.exportedReferences.count == 10_000)
        #expect(await page.ask(#"{"jsonrpc":"2.0","id":3,"method":"many","params":[1]}"#).errorCode == -32056)
        await settle { released.value == 10_002 }
        await page.close()
        // Many references are released on another thread.
        await settle { released.value >= 20_002 }
        #expect(released.value == 20_002)
        #expect(page.client.exportedReferences.isEmpty)
    }

    @Test
    func referencesOfAResultThatDoesNotFitItsBatchAreNotExported() async throws {
        var limits = JSONRPCLimits()
        limits.batchResponseBytes = 10
        let page = await Page(router, limits: limits)
        #expect(await page.ask(#"[{"jsonrpc":"2.0","id":1,"method":"open"}]"#).errorCode == -32011)
        #expect(page.client.exportedReferences.isEmpty)
        limits.batchResponseBytes = 1_000
        let other = await Page(router, limits: limits)
        let answer = await other.ask(#"[{"jsonrpc":"2.0","id":1,"method":"open"}]"#)
        #expect(answer.contains("__jsonrpc_marshaled"))
        #expect(other.client.exportedReferences.map(\.count) == [1])
        await page.close()
        await other.close()
    }

    @Test
    func referencesOfAResultAboveTheLimitAreNotExported() async throws {
        var limits = JSONRPCLimits()
        limits.responseBytes = 60
        let page = await Page(router, limits: limits)
        #expect(await page.ask(#"{"jsonrpc":"2.0","id":1,"method":"open"}"#).errorCode == -32003)
        #expect(page.client.exportedReferences.isEmpty)
        await page.close()
    }

    @Test
    func discoveryDistinguishesReferencesFromValues() async {
        let page = await Page(router)
        let document = await page.ask(#"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"#)
        #expect(document.contains(#""result":{"name":"result","schema":{"type":"object","x-reference":"object"}}"#))
        #expect(document.contains(#""result":{"name":"result","schema":{"type":"object","x-reference":"function"}}"#))
        await page.close()
    }

    @Test
    func handlesAreRandom() async throws {
        let pages = [await Page(router), await Page(router)]
        let handles = [try await open(pages[0]), try await open(pages[1])]
        #expect(handles[0] != handles[1])
        #expect(await invoke(pages[0], handles[1], "double", "[1]").errorCode == -32001)
        for page in pages { await page.close() }
    }

    @Test("A page revokes a reference")
    func aPageRevokesAReference() async {
        let kept = Shelf<Callback>()
        let router = Router()
        router.root.register("keep", Parameter<Callback>("function")) { (function: Callback) in kept.put(function) }
        let page = await Page(router)
        _ = await page.ask(#"{"jsonrpc":"2.0","id":1,"method":"keep","params":[\#(PageCallbackTests.function)]}"#)
        await page.send(
            #"{"jsonrpc":"2.0","method":"$/releaseMarshaledObject","params":{"handle":7,"ownedBySender":true}}"#
        )
        let error = await #expect(throws: CallError.self) { try await kept.all[0].call() }
        #expect(error?.code == .notFound)
        kept.dropAll()
        #expect(page.client.importedReferences.isEmpty)
        await page.close()
    }

    @Test
    func aResponseOfThePageMayHoldAFunction() async {
        let router = Router()
        router.root.register("chain", Parameter<Callback>("function")) { (function: Callback) async throws -> Int in
            let next: Callback = try await function.call()
            return try await next.call()
        }
        let page = await Page(router)
        _ = await page.ask(#"{"jsonrpc":"2.0","id":1,"method":"chain","params":[\#(PageCallbackTests.function)]}"#)
        let inner = #"{"__jsonrpc_marshaled":1,"handle":8,"kind":"function"}"#
        #expect(
            await page.ask(#"{"jsonrpc":"2.0","id":1,"result":\#(inner)}"#)
                == #"{"jsonrpc":"2.0","id":2,"method":"$/invokeProxy/8/call","params":[]}"#
        )
        await page.send(#"{"jsonrpc":"2.0","id":2,"result":5}"#)
        var rest: [String] = []
        for _ in 0..<3 { rest.append(await page.next()) }
        #expect(rest.contains(#"{"jsonrpc":"2.0","id":1,"result":5}"#))
        #expect(rest.contains(PageCallbackTests.release(7)) && rest.contains(PageCallbackTests.release(8)))
        await page.close()
    }

    @Test
    func aSingleResponseExportsNoReferences() async throws {
        let text = #"{"jsonrpc":"2.0","id":1,"method":"open"}"#
        let answer = try #require(await JSONRPCResponder.respond(to: Array(text.utf8), from: router))
        #expect(
            String(decoding: answer, as: UTF8.self).contains(#""code":-32600,"message":"References need a WebSocket""#)
        )
        #expect(String(decoding: answer, as: UTF8.self).contains(#""executed":"yes""#))
        for method in ["open", "short"] {
            let call = try PathCall.call(path: method, body: [])
            var body: [UInt8] = []
            let result: Result<Reply, CallError>
            do throws(CallError) { result = .success(try await router.dispatch(call)) } catch {
                result = .failure(error)
            }
            #expect(PathCall.append(result, into: &body) == 400)
            #expect(String(decoding: body, as: UTF8.self).contains("References need a WebSocket"))
        }
    }
}
