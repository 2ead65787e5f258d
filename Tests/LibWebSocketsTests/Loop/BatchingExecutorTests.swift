import PosternTestSupport
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
                        counter.increment()
                    }
                }
            }
            #expect(counter.value == 20_000)
        }
    }

    @Test func tasksOfTheLoopRunOnOtherThreads() async {
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

    @Test func errandsRunElsewhereAndFinishOnTheLoop() async {
        await withLoop { loop in
            let (ends, end) = AsyncStream.makeStream(of: Bool.self)
            loop.execute {
                for _ in 0..<100 {
                    loop.concurrentExecutor.enqueue(
                        TestErrand(loop, run: { end.yield(!loop.isCurrent) }, finish: { end.yield(loop.isCurrent) })
                    )
                }
            }
            var count = 0
            for await wasWhereItBelongs in ends {
                #expect(wasWhereItBelongs)
                count += 1
                if count == 200 { break }
            }
        }
    }

    /// One handler blocks its thread until the others have run, so they must not wait behind it.
    ///
    /// The drainers have threads of their own, since a blocked thread of the global executor would delay other tests.
    @Test(.timeLimit(.minutes(10))) func blockedHandlerDoesNotDelayOthers() async {
        let loop = EventLoop()
        let executor = BatchingExecutor(collectingOn: LoopStorage()) { drain in
            DispatchQueue(label: "drain").async(execute: drain)
        }
        let others = DispatchSemaphore(value: 0)
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let blocked = TestErrand(loop) {
            for _ in 0..<100 { others.wait() }
            end.finish()
        }
        executor.enqueue(blocked)
        for _ in 0..<100 { executor.enqueue(TestErrand(loop) { _ = others.signal() }) }
        let turns = Task {
            while !Task.isCancelled {
                executor.flush()
                await Task.yield()
            }
        }
        for await _ in ends {}
        turns.cancel()
    }
}

/// An errand that consists of two functions.
private final class TestErrand: ConcurrentWork, Errand {
    let loop: EventLoop
    private let body: @Sendable () -> Void
    private let end: @Sendable () -> Void

    init(_ loop: EventLoop, run: @escaping @Sendable () -> Void, finish: @escaping @Sendable () -> Void = {}) {
        self.loop = loop
        body = run
        end = finish
    }

    func run() {
        body()
        loop.takeBack(self)
    }
    func finish() { end() }
}
