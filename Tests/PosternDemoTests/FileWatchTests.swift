import PosternTestSupport
import FoundationEssentials
import Postern
import Testing

@testable import postern_demo

@Suite(.timeLimit(.minutes(10))) struct FileWatchTests {
    private let demo = Reference(to: DemoServices.makeRouter())
    private let path = TemporaryFile.path()

    @Test("No event for the first look, one for one change, none after stop")
    func aChangeIsReportedOnceUntilStop() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try write("")
        let (events, signal) = AsyncStream.makeStream(of: [Int?].self)
        let callback = Callback { (old: Stat?, new: Stat?) in _ = signal.yield([old?.size, new?.size]) }
        let monitor: Reference = try await demo.call("files/watch", path, callback, 0.05)
        try write("hello")
        var told = events.makeAsyncIterator()
        #expect(await told.next() == [0, 5])
        try FileManager.default.removeItem(atPath: path)
        #expect(await told.next() == [5, nil])
        try await monitor.call("stop")
        #expect(try await active() == 0)
        try write("hello, world")
        try await monitor.call("stop")
        signal.finish()
        #expect(await told.next() == nil)
    }

    @Test("The worker ends with its client")
    func aWorkerEndsWithItsClient() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let router = DemoServices.makeRouter()
        let (near, far) = InProcessTransport.pair(NothingExposed(), router)
        let ignored = Callback { (_: Stat?, _: Stat?) in }
        let monitor: Reference = try await near.call("files/watch", path, ignored, 0.05)
        // The worker is counted once it has begun.
        try await settle { try await active(of: router) == 1 }
        near.close()
        _ = await far.disconnected
        #expect(far.exportedReferences.isEmpty && far.importedReferences.isEmpty)
        await #expect(throws: CallError.self) { try await monitor.call("stop") }
        try await settle { try await active(of: router) == 0 }
    }

    @Test(arguments: ["", "a\u{0}b"])
    func invalidPathsAreRejected(path: String) async {
        let callback = Callback { (_: Stat?, _: Stat?) in }
        let error = await #expect(throws: CallError.self) { try await demo.call("files/watch", path, callback) }
        #expect(error?.code == .invalidParameters)
    }

    private func active() async throws -> Int { try await demo.call("files/active") }

    private func active(of router: Router) async throws -> Int { try await Reference(to: router).call("files/active") }

    /// Replaces the file atomically, as it may be inspected between its truncation and the write.
    private func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    }
}

private struct Stat: Decodable {
    let size: Int
}
