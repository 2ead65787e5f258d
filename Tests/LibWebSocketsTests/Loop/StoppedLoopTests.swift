import Synchronization
import Testing

@testable import LibWebSockets

/// Work that is posted to an event loop whose thread has ended.
@Suite struct StoppedLoopTests {
    private func stoppedLoop() async -> EventLoop {
        let loop = EventLoop()
        loop.start {}
        loop.stop()
        await loop.waitForEnd()
        return loop
    }

    @Test(.timeLimit(.minutes(10))) func workRunsInOrderAsTheLoopsOwn() async {
        let loop = await stoppedLoop()
        let seen = Mutex<[Int]>([])
        for number in 0..<1_000 {
            loop.execute {
                loop.preconditionOnLoop()
                seen.withLock { $0.append(number) }
            }
        }
        await withCheckedContinuation { next in loop.execute { next.resume() } }
        #expect(seen.withLock { $0 } == Array(0..<1_000))
        #expect(!loop.isCurrent)
    }

    @Test(.timeLimit(.minutes(10))) func workOfManyThreadsRunsSerially() async {
        let loop = await stoppedLoop()
        let count = await withCheckedContinuation { (next: CheckedContinuation<LoopBound<Total>, Never>) in
            loop.execute { next.resume(returning: LoopBound(Total(), on: loop)) }
        }
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1_000 { loop.execute { count.value.number += 1 } } }
            }
        }
        #expect(await count.run { $0.number } == 8_000)
    }

    @Test(.timeLimit(.minutes(10))) func suspendedTasksResume() async {
        let loop = EventLoop()
        loop.start {}
        let (waits, signal) = AsyncStream<Void>.makeStream()
        let begun = Atomic(false)
        let task = Task(executorPreference: loop) {
            begun.store(true, ordering: .relaxed)
            for await _ in waits { break }
            await Task.yield()
            return loop.isCurrent
        }
        while !begun.load(ordering: .relaxed) { await Task.yield() }
        loop.stop()
        await loop.waitForEnd()
        signal.yield()
        #expect(await task.value)
    }

    @Test(.timeLimit(.minutes(10))) func errandsFinish() async {
        let loop = await stoppedLoop()
        await withCheckedContinuation { next in loop.concurrentExecutor.enqueue(Errand(on: loop, then: next)) }
    }

    private final class Total { var number = 0 }

    private final class Errand: ConcurrentWork, LibWebSockets.Errand {
        let loop: EventLoop
        private let next: CheckedContinuation<Void, Never>

        init(on loop: EventLoop, then next: CheckedContinuation<Void, Never>) {
            self.loop = loop
            self.next = next
        }

        func run() { loop.takeBack(self) }
        func finish() { next.resume() }
    }
}
