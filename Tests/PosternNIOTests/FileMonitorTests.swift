import PosternTestSupport
import Postern
import PosternNIO
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct FileMonitorTests {
    @Test("One event for one change, with values; none after stop()", arguments: Wiring.allCases)
    func aChangeIsReportedOnceUntilTheMonitorIsStopped(wiring: Wiring) async throws {
        let file = WatchedFile()
        let link = try await Link.make(wiring, serving: monitors(of: file))
        let (events, signal) = AsyncStream.makeStream(of: [FileStat].self)
        let monitor: Reference = try await link.client.call(
            "FileMonitor",
            Callback { (old: FileStat, new: FileStat) in _ = signal.yield([old, new]) }
        )
        file.grow(by: 5)
        var told = events.makeAsyncIterator()
        #expect(await told.next() == [FileStat(size: 0), FileStat(size: 5)])
        try await monitor.call("stop")
        #expect(file.watchers == 0)
        file.grow(by: 1)
        try await monitor.call("stop")
        signal.finish()
        #expect(await told.next() == nil)
        await link.close()
    }

    @Test("The worker ends when its monitor is dropped", arguments: Wiring.allCases)
    func aDroppedMonitorEndsItsWorker(wiring: Wiring) async throws {
        let file = WatchedFile()
        let link = try await Link.make(wiring, serving: monitors(of: file))
        let kept = Shelf<Reference>()
        kept.put(try await link.client.call("FileMonitor", Callback { (_: FileStat, _: FileStat) in }))
        await settle { file.watchers == 1 }
        kept.dropAll()
        await settle { file.watchers == 0 }
        await settle { link.client.exportedReferences.isEmpty && link.client.importedReferences.isEmpty }
        await settle { link.server.exportedReferences.isEmpty && link.server.importedReferences.isEmpty }
        #expect(link.client.isConnected)
        await link.close()
    }

    @Test("The worker ends when its client vanishes", arguments: Wiring.allCases)
    func aVanishedClientEndsItsWorker(wiring: Wiring) async throws {
        let file = WatchedFile()
        let link = try await Link.make(wiring, serving: monitors(of: file))
        let monitor: Reference = try await link.client.call("FileMonitor", Callback { (_: FileStat, _: FileStat) in })
        await settle { file.watchers == 1 }
        link.client.close()
        _ = await link.server.disconnected
        await settle { file.watchers == 0 }
        // The worker releases its callback shortly after it has stopped watching.
        await settle { link.server.exportedReferences.isEmpty && link.server.importedReferences.isEmpty }
        let error = await #expect(throws: CallError.self) { try await monitor.call("stop") }
        #expect(error?.code == .unavailable)
        await link.close()
    }

    /// A remote constructor, whose result is an object with a worker.
    private func monitors(of file: WatchedFile) -> Router {
        let router = Router()
        router.root.register("FileMonitor", Parameter<Callback>("callback")) { (callback: Callback) -> Reference in
            let changes = file.changes()
            let worker = Task {
                var known = FileStat(size: 0)
                for await stat in changes {
                    let old = known
                    known = stat
                    if (try? callback.notify(old, stat)) == nil { break }
                }
            }
            let object = Router()
            object.root.register("stop") { () async in
                worker.cancel()
                await worker.value
            }
            return Reference(to: object, "FileMonitor") { worker.cancel() }
        }
        return router
    }
}

private struct FileStat: Codable, Hashable, Sendable {
    let size: Int
}

/// A simulated file that reports its changes, so that the test does not wait for a clock.
private final class WatchedFile: Sendable {
    private struct State {
        var size = 0
        var watchers: [Int: AsyncStream<FileStat>.Continuation] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    var watchers: Int { state.withLock(\.watchers.count) }

    func changes() -> AsyncStream<FileStat> {
        let (stream, signal) = AsyncStream.makeStream(of: FileStat.self)
        let id = state.withLock { state in
            state.next += 1
            state.watchers[state.next] = signal
            return state.next
        }
        signal.onTermination = { [weak self] _ in self?.state.withLock { _ = $0.watchers.removeValue(forKey: id) } }
        return stream
    }

    func grow(by count: Int) {
        let (stat, watchers) = state.withLock { state in
            state.size += count
            return (FileStat(size: state.size), Array(state.watchers.values))
        }
        for watcher in watchers { watcher.yield(stat) }
    }
}
