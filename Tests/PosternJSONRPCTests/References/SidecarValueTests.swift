import Foundation
import Postern
import PosternJSONRPC
import Testing

/// Tests of text for bytes, times and integers, from a page to a service behind a native connection.
@Suite(.timeLimit(.minutes(10)))
struct SidecarValueTests {
    private struct Entry: Codable, Sendable, Equatable {
        var bytes: Data
        var time: Date
        var count: Int
    }

    private static let entry = #"{"bytes":"AQI=","time":"2026-01-02T03:04:05Z","count":"7"}"#
    private static let read = Entry(
        bytes: Data([1, 2]),
        time: Date(timeIntervalSince1970: 1_767_323_045),
        count: 7
    )

    @Test(arguments: [MethodOptions.Execution.onEventLoop, .concurrent])
    func aCallOfAPageIsMarkedAsJSON(execution: MethodOptions.Execution) async throws {
        let router = Router()
        router.root.register("same", "entry", options: MethodOptions(execution: execution)) { (entry: Entry) in
            entry == Self.read
        }
        let (near, far) = InProcessTransport.pair(NothingExposed(), router)
        let page = await Page(near)
        let call = #"{"jsonrpc":"2.0","id":1,"method":"same","params":[\#(Self.entry)]}"#
        #expect(await page.ask(call) == #"{"jsonrpc":"2.0","id":1,"result":true}"#)
        let same: Bool = try await near.call("same", Self.read)
        #expect(same)
        let text = ["bytes": "AQI=", "time": "2026-01-02T03:04:05Z", "count": "7"]
        let error = await #expect(throws: CallError.self) { try await near.call("same", text) as Bool }
        #expect(error?.code == .invalidParameters && error?.executed == .no)
        await page.close()
        far.close()
    }

    @Test func theMarkPassesThroughFurtherPeers() async throws {
        let router = Router()
        router.root.register("same", "entry") { (entry: Entry) async throws in entry == Self.read }
        let (middle, far) = InProcessTransport.pair(NothingExposed(), router)
        let (near, _) = InProcessTransport.pair(NothingExposed(), middle)
        let page = await Page(near)
        let call = #"{"jsonrpc":"2.0","id":1,"method":"same","params":[\#(Self.entry)]}"#
        #expect(await page.ask(call) == #"{"jsonrpc":"2.0","id":1,"result":true}"#)
        let text = ["bytes": "AQI=", "time": "2026-01-02T03:04:05Z", "count": "7"]
        await #expect(throws: CallError.self) { try await near.call("same", text) as Bool }
        await page.close()
        far.close()
    }

    @Test func aNotificationOfAPageIsMarkedAsJSON() async throws {
        let (entries, signal) = AsyncStream.makeStream(of: Entry.self)
        let router = Router()
        router.root.register("note", "entry") { (entry: Entry) in _ = signal.yield(entry) }
        let (near, far) = InProcessTransport.pair(NothingExposed(), router)
        try await near.call("rpc/describe")
        let page = await Page(near)
        // Without the mark the text is no time, and the notification is dropped.
        try near.notify("note", ["bytes": "AQI=", "time": "2026-01-02T03:04:05Z", "count": "1"])
        await page.send(#"{"jsonrpc":"2.0","method":"note","params":[\#(Self.entry)]}"#)
        #expect(await entries.first { _ in true } == Self.read)
        await page.close()
        far.close()
    }

    @Test func aResponseOfAPageIsMarkedAsJSON() async throws {
        let router = Router()
        router.root.register("ask", Parameter<Callback>("function")) { (function: Callback) async throws -> Bool in
            let entry: Entry = try await function.call()
            return entry == Self.read
        }
        let (near, far) = InProcessTransport.pair(NothingExposed(), router)
        let page = await Page(near)
        await page.send(
            #"{"jsonrpc":"2.0","id":1,"method":"ask","params":{"function":\#(PageCallbackTests.function)}}"#
        )
        _ = await page.next()
        let answer = await page.ask(#"{"jsonrpc":"2.0","id":1,"result":\#(Self.entry)}"#)
        #expect(answer == #"{"jsonrpc":"2.0","id":1,"result":true}"#)
        await page.close()
        far.close()
    }

    @Test func aResponseOfANativeCallbackIsNotMarkedAsJSON() async throws {
        let router = Router()
        router.root.register("ask", Parameter<Callback>("function")) { (function: Callback) async throws -> Int in
            let bytes: Data = try await function.call()
            return bytes.count
        }
        let (near, far) = InProcessTransport.pair(NothingExposed(), router)
        let error = await #expect(throws: CallError.self) {
            try await near.call("ask", Callback { () async throws in "abcd" }) as Int
        }
        #expect(error?.code != nil)
        #expect(try await near.call("ask", Callback { () async throws in Data([1, 2]) }) as Int == 2)
        far.close()
    }
}
