import Dispatch
import Testing

@testable import LibWebSockets

@Suite struct BatchingExecutorTests {
    private func withLoop(_ body: (EventLoop) async -> Void) async {
        let loop = EventLoop()
        loop.start {}
        await body(loop)
        loop.stop()
        loop.join()
    }

    @Test func allTasksRun() async {
        await withLoop { loop in
            let counter = Counter()
            await withTaskGroup { group in
                for _ in 0..<20_000 {
                    group.addTask(executorPreference: loop.concurrentExecutor) {
                        await Task.yield()
                        counter.add()
                    }
                }
            }
            #expect(counter.count == 20_000)
        }
    }

    @Test func tasksThatTheLoopStartsAllRunAndNotOnItsThread() async {
        await withLoop { loop in
            let (ends, end) = AsyncStream.makeStream(of: Bool.self)
            loop.execute {
                for _ in 0..<5_000 {
                    Task(executorPreference: loop.concurrentExecutor) { end.yield(loop.isCurrent) }
                }
            }
            var count = 0
            for await wasOnLoop in ends {
                #expect(!wasOnLoop)
                count += 1
                if count == 5_000 { break }
            }
        }
    }

    @Test func functionsRunToo() async {
        await withLoop { loop in
            let (ends, end) = AsyncStream.makeStream(of: Int.self)
            loop.execute { for number in 0..<100 { loop.concurrentExecutor.run { end.yield(number) } } }
            var seen: Set<Int> = []
            for await number in ends {
                seen.insert(number)
                if seen.count == 100 { break }
            }
        }
    }

    /// One handler blocks its thread until the others have run: they must not wait behind it.
    ///
    /// On threads of its own: blocking one of the global executor's would hold up other tests.
    @Test(.timeLimit(.minutes(3))) func blockedHandlerDoesNotHoldUpOthers() async {
        let executor = BatchingExecutor(collectingOn: LoopStorage()) { drain in
            DispatchQueue(label: "drain").async(execute: drain)
        }
        let others = DispatchSemaphore(value: 0)
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        executor.run {
            for _ in 0..<100 { others.wait() }
            end.finish()
        }
        for _ in 0..<100 { executor.run { _ = others.signal() } }
        let turns = Task {
            while !Task.isCancelled {
                executor.handOver()
                await Task.yield()
            }
        }
        for await _ in ends {}
        turns.cancel()
    }
}
