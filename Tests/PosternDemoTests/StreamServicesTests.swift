import PosternTestSupport
import FoundationEssentials
import Postern
import PosternJSONRPC
import Synchronization
import Testing

@testable import postern_demo

@Suite(.timeLimit(.minutes(10))) struct StreamServicesTests {
    let router = DemoServices.makeRouter(offersBench: true)

    private func stream(_ method: String, _ arguments: String) async throws -> ReplyStream {
        let payload = Payload(bytes: Array(arguments.utf8), codec: JSON.self)
        guard case .stream(let stream) = try await router.dispatch(Call(method, arguments: payload)) else {
            throw CallError(.internalError, "no stream")
        }
        return stream
    }

    @Test func fileMonitorReportsEveryChange() async throws {
        let path = TemporaryFile.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var events = try await stream("files/monitor", "[\"\(path)\", 0.05]").makeAsyncIterator()
        #expect(try await answer(router, "files/active", "") == "1")

        try Data("hello".utf8).write(to: URL(filePath: path), options: .atomic)
        let appeared = try Value(decoding: try #require(try await events.next()).payload)
        #expect(appeared["path"] == .string(path))
        #expect(appeared["old"] == .null)
        #expect(appeared["new"]?["size"] == 5)

        try Data("hello, world".utf8).write(to: URL(filePath: path), options: .atomic)
        let changed = try Value(decoding: try #require(try await events.next()).payload)
        #expect(changed["old"] == appeared["new"])
        #expect(changed["new"]?["size"] == 12)

        try FileManager.default.removeItem(atPath: path)
        let vanished = try Value(decoding: try #require(try await events.next()).payload)
        #expect(vanished["old"] == changed["new"])
        #expect(vanished["new"] == .null)
    }

    @Test func fileMonitorEndsWithItsReader() async throws {
        let stream = try await stream("files/monitor", #"["/nowhere", 3600]"#)
        let reader = Task {
            var events = stream.makeAsyncIterator()
            return try await events.next() == nil
        }
        try await settle { try await answer(router, "files/active", "") == "1" }
        reader.cancel()
        #expect(try await reader.value)
        try await settle { try await answer(router, "files/active", "") == "0" }
    }

    @Test func clockCountsItsTicks() async throws {
        var ticks = try await stream("clock/ticks", "[0]").makeAsyncIterator()
        for count in 1...3 {
            let tick = try Value(decoding: try #require(try await ticks.next()).payload)
            #expect(tick["tick"] == .integer(Int64(count)))
        }
    }

    @Test func subscribersOfTheRoomReceiveMessages() async throws {
        var room = try await stream("rpc/subscribe", #"["chat/room"]"#).makeAsyncIterator()
        let said = try await answer(router, "chat/say", #"["me","hello"]"#)
        let heard = try #require(try await room.next())
        #expect(String(decoding: heard.payload.bytes, as: UTF8.self) == said)
        #expect(heard.offset == 1)
        #expect(try await answer(router, "chat/history", "[10]") == "[\(said)]")
        #expect(try await answer(router, "chat/history", "[-1]") == "[]")
    }

    @Test func tooLongTextIsRefused() async {
        let text = String(repeating: "x", count: 2001)
        let error = await #expect(throws: CallError.self) {
            try await answer(router, "chat/say", "[\"me\",\"\(text)\"]")
        }
        #expect(error?.code == .invalidParameters)
    }

    @Test func publishReachesTheTopic() async throws {
        var bench = try await stream("rpc/subscribe", #"["bench"]"#).makeAsyncIterator()
        #expect(try await answer(router, "bench/publish", #"["x"]"#) == "true")
        #expect(try await bench.next()?.payload.bytes == Array(#""x""#.utf8))
    }

    @Test func jobReportsEachStep() async throws {
        let reports = Reports()
        let arguments = Payload(bytes: Array("[3,0]".utf8), codec: JSON.self)
        let call = Call("jobs/run", arguments: arguments) { reports.add($0) }
        guard case .value(let result) = try await router.dispatch(call) else { return }
        #expect(String(decoding: result.bytes, as: UTF8.self) == #"{"steps":3,"done":true}"#)
        #expect(reports.texts == [#"{"step":1,"of":3}"#, #"{"step":2,"of":3}"#, #"{"step":3,"of":3}"#])
    }

    @Test func jobEndsWhenCancelled() async throws {
        let job = Task { try await answer(router, "jobs/run", "[1,60000]") }
        try await settle { try await answer(router, "jobs/active", "") == "1" }
        job.cancel()
        let error = await #expect(throws: CallError.self) { try await job.value }
        #expect(error?.code == .cancelled)
        #expect(try await answer(router, "jobs/active", "") == "0")
    }
}

/// A collection of the progress that a job reports.
private final class Reports: Sendable {
    private let all = Mutex<[String]>([])

    var texts: [String] { all.withLock { $0 } }

    func add(_ payload: Payload) { all.withLock { $0.append(String(decoding: payload.bytes, as: UTF8.self)) } }
}
