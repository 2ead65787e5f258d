import PosternTestSupport
import Postern
import PosternJSONRPC
import Testing

/// Tests of calls from handlers to a page and to its functions.
@Suite(.timeLimit(.minutes(10)))
struct PageCallbackTests {
    /// A function of the page, with handle 7.
    static let function = #"{"__jsonrpc_marshaled":1,"handle":7,"kind":"function"}"#

    @Test("A handler calls a function of the page with typed values, before it answers")
    func aFunctionIsCalledBeforeTheCallAnswers() async {
        let router = Router()
        router.root.register("twice", Parameter<Callback>("function"), Parameter<Int>("number")) {
            (function: Callback, number: Int) async throws -> Int in
            let once: Int = try await function.call(number)
            return try await function.call(once, timeout: .seconds(30))
        }
        let page = await Page(router)
        let first = await page.ask(#"{"jsonrpc":"2.0","id":5,"method":"twice","params":[\#(Self.function),5]}"#)
        #expect(first == #"{"jsonrpc":"2.0","id":1,"method":"$/invokeProxy/7/call","params":[5]}"#)
        let second = await page.ask(#"{"jsonrpc":"2.0","id":1,"result":6}"#)
        #expect(second == #"{"jsonrpc":"2.0","id":2,"method":"$/invokeProxy/7/call","params":[6]}"#)
        await page.send(#"{"id":2,"result":7,"jsonrpc":"2.0"}"#)
        let rest = [await page.next(), await page.next()]
        #expect(rest.contains(#"{"jsonrpc":"2.0","id":5,"result":7}"#))
        #expect(rest.contains(Self.release(7)))
        #expect(page.client.importedReferences.isEmpty)
        await page.close()
    }

    @Test("Notifications of a handler are sent before its response, in order")
    func notificationsAreSentInOrderBeforeTheResponse() async {
        let router = Router()
        router.root.register("count", Parameter<Callback>("event")) { (event: Callback) async throws in
            for number in 0..<100 { try event.notify(number, ["a": [number]]) }
        }
        let page = await Page(router)
        await page.send(#"{"jsonrpc":"2.0","id":1,"method":"count","params":{"event":\#(Self.function)}}"#)
        for number in 0..<100 {
            let params = #"[\#(number),{"a":[\#(number)]}]"#
            #expect(await page.next() == #"{"jsonrpc":"2.0","method":"$/invokeProxy/7/call","params":\#(params)}"#)
        }
        let rest = [await page.next(), await page.next()]
        #expect(rest.contains(#"{"jsonrpc":"2.0","id":1,"result":null}"#))
        await page.close()
    }

    @Test
    func anErrorOfThePageReachesTheHandler() async {
        let router = Router()
        router.root.register("code", Parameter<Callback>("function")) { (function: Callback) async throws -> String in
            do throws(CallError) { try await function.call() } catch {
                return "\(error.code.rawValue) \(error.message) \(error.executed)"
            }
            return "no error"
        }
        let page = await Page(router)
        for (answer, expected) in [
            (#"{"code":17,"message":"Not today","data":{"executed":"no"}}"#, "17 Not today no"),
            (#"{"code":17}"#, "17 The client stated no reason yes"),
            (#"{"code":-32001,"message":"gone"}"#, "-32001 gone yes"),
            (#"7"#, "-32603 The client stated no reason yes"),
        ] {
            let call = await page.ask(#"{"jsonrpc":"2.0","id":"x","method":"code","params":[\#(Self.function)]}"#)
            let id = call.firstMatch(of: /"id":(\d+)/)?.output.1 ?? ""
            await page.send(#"{"jsonrpc":"2.0","id":\#(id),"error":\#(answer)}"#)
            let rest = [await page.next(), await page.next()]
            #expect(rest.contains(#"{"jsonrpc":"2.0","id":"x","result":"\#(expected)"}"#))
        }
        await page.close()
    }

    @Test("A handler calls the page that called it")
    func aHandlerCallsItsCaller() async {
        let router = Router()
        router.root.register("greet") { (context: CallContext) async throws -> String in
            guard let caller = context.caller, caller.peer == nil else { return "nobody" }
            try caller.notify("ui/beep", 2)
            let name: String = try await caller.call("ui/ask", named: ["question": "name"])
            return "hello \(name)"
        }
        let page = await Page(router)
        #expect(
            await page.ask(#"{"jsonrpc":"2.0","id":1,"method":"greet"}"#)
                == #"{"jsonrpc":"2.0","method":"ui.beep","params":[2]}"#
        )
        // The two directions have separate ids.
        #expect(await page.next() == #"{"jsonrpc":"2.0","id":1,"method":"ui.ask","params":{"question":"name"}}"#)
        #expect(
            await page.ask(#"{"jsonrpc":"2.0","id":1,"result":"Monty"}"#)
                == #"{"jsonrpc":"2.0","id":1,"result":"hello Monty"}"#
        )
        await page.close()
    }

    @Test
    func anAbandonedCallIsCancelledOnThePage() async {
        let router = Router()
        router.root.register("hurry", Parameter<Callback>("function")) { (function: Callback) async throws in
            try await function.call(timeout: .milliseconds(1))
        }
        router.root.register("wait", Parameter<Callback>("function")) { (function: Callback) async throws in
            try await function.call()
        }
        let page = await Page(router)
        _ = await page.ask(#"{"jsonrpc":"2.0","id":1,"method":"hurry","params":[\#(Self.function)]}"#)
        #expect(await page.next() == #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}"#)
        #expect([await page.next(), await page.next()].contains { $0.errorCode == -32002 })

        _ = await page.ask(#"{"jsonrpc":"2.0","id":2,"method":"wait","params":[\#(Self.function)]}"#)
        await page.send(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":2}}"#)
        #expect(await page.next() == #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":2}}"#)
        #expect([await page.next(), await page.next()].contains { $0.errorCode == -32800 })
        // Late responses to abandoned calls do not count as responses to unknown calls.
        for id in 1...2 { await page.send(#"{"jsonrpc":"2.0","id":\#(id),"result":0}"#) }
        for _ in 0..<99 { await page.send(#"{"jsonrpc":"2.0","id":1,"result":0}"#) }
        #expect(await page.closeReason == nil)
        await page.send(#"{"jsonrpc":"2.0","id":1,"result":0}"#)
        #expect(await page.closeReason != nil)
        await page.close()
    }

    @Test("A call with an exceeded deadline is abandoned, however early its timer runs")
    func aCallWithAnExceededDeadlineIsAbandoned() async {
        var limits = JSONRPCLimits()
        limits.callsToClient = 10_000
        let client = JSONRPCClient(limits: limits) {}
        let call = Call("ask", arguments: Payload(bytes: [], codec: JSON.self), deadline: .now)
        for _ in 0..<2_000 {
            let error = await #expect(throws: CallError.self) { _ = try await client.send(call) }
            #expect(error?.code == .deadlineExceeded)
            _ = client.takeMessages()
        }
        client.close()
    }

    @Test("M14: a page that does not respond, or reads too slowly, does not block handlers")
    func callsToASilentPageAreLimited() async throws {
        var limits = JSONRPCLimits()
        limits.callsToClient = 2
        limits.queuedBytesToClient = 1_000
        let client = JSONRPCClient(limits: limits) {}
        let caller = Caller(client)
        let calls = (0..<2).map { _ in Task { try await caller.call("ask") } }
        while client.takeMessages().count < 1 { await Task.yield() }
        await settle { (try? caller.notify("fill", String(repeating: "x", count: 1_000))) != nil }
        let full = #expect(throws: CallError.self) { try caller.notify("one more") }
        #expect(full?.code == .busy)
        _ = client.takeMessages()
        client.close()
        for call in calls { await #expect(throws: CallError.self) { try await call.value } }
        let late = #expect(throws: CallError.self) { try caller.notify("late") }
        #expect(late?.code == .unavailable)
    }

    @Test("Closing a page fails the calls to it and releases all references")
    func aClosedPageFailsItsCallsAndReleasesItsReferences() async {
        let released = Counter()
        let failed = Shelf<CallError>()
        let router = Router()
        router.root.register("lend", Parameter<Callback>("function")) { (function: Callback) async -> Callback in
            Task { do throws(CallError) { try await function.call() } catch { failed.put(error) } }
            return Callback(onRelease: { released.increment() }, handler: {})
        }
        let page = await Page(router)
        await page.send(#"{"jsonrpc":"2.0","id":1,"method":"lend","params":[\#(Self.function)]}"#)
        _ = [await page.next(), await page.next()]
        #expect(page.client.exportedReferences.count == 1)
        #expect(page.client.importedReferences.count == 1)
        await page.close()
        await settle { failed.all.count == 1 }
        #expect(failed.all.first?.code == .unavailable)
        #expect(failed.all.first?.executed == .unknown)
        #expect(released.value == 1)
        #expect(page.client.exportedReferences.isEmpty && page.client.importedReferences.isEmpty)
    }

    static func release(_ handle: Int, count: Int = 1) -> String {
        let counted = count == 1 ? "" : #","count":\#(count)"#
        return #"{"jsonrpc":"2.0","method":"$/releaseMarshaledObject","params":"#
            + #"{"handle":\#(handle),"ownedBySender":false\#(counted)}}"#
    }
}
