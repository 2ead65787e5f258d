import PosternTestSupport
import Synchronization
import Testing

@testable import LibWebSockets

@Suite struct EventLoopTests {
    /// Calls `body` with a running loop, and stops the loop afterwards.
    private func withLoop(_ body: (EventLoop) async throws -> Void) async rethrows {
        let loop = EventLoop()
        loop.start {}
        try await body(loop)
        loop.stop()
        loop.join()
    }

    private func turn(of loop: EventLoop) async {
        await withCheckedContinuation { next in loop.execute { next.resume() } }
    }

    @Test func workOfOneThreadRunsInOrder() async {
        await withLoop { loop in
            let seen = Mutex<[Int]>([])
            for number in 0..<10_000 { loop.execute { seen.withLock { $0.append(number) } } }
            await turn(of: loop)
            #expect(seen.withLock { $0 } == Array(0..<10_000))
        }
    }

    @Test func longWorkIsDividedAmongTurns() async {
        await withLoop { loop in
            let turns = Mutex<[UInt64]>([])
            let order = Mutex<[Int]>([])
            // Posted on the loop's thread, so that all of it is in the mailbox at the next turn.
            loop.execute {
                for number in 0..<40 {
                    loop.execute {
                        let end = ContinuousClock.now + .milliseconds(1)
                        while ContinuousClock.now < end {}
                        order.withLock { $0.append(number) }
                        turns.withLock { $0.append(loop.milliseconds) }
                    }
                }
            }
            while order.withLock({ $0.count }) < 40 { await turn(of: loop) }
            #expect(order.withLock { $0 } == Array(0..<40))
            // The clock of the loop is read once a turn.
            #expect(Set(turns.withLock { $0 }).count >= 4)
        }
    }

    private final class Connection: Flushable {
        var isDirty = true
        var isPostponed = false
        private let loop: EventLoop
        private let hasMuch: Bool
        private let onFlush: () -> Void

        init(on loop: EventLoop, hasMuch: Bool, onFlush: @escaping () -> Void) {
            (self.loop, self.hasMuch, self.onFlush) = (loop, hasMuch, onFlush)
        }

        func endTurn() { if hasMuch { loop.postpone(self) } else { flush() } }
        func flush() {
            isDirty = false
            onFlush()
        }
    }

    @Test func aConnectionIsPostponedOnce() async {
        await withLoop { loop in
            let seen = Mutex<[String]>([])
            loop.execute {
                let connections = ["1", "2", "3"].map { name in
                    Connection(on: loop, hasMuch: true) { seen.withLock { $0.append(name) } }
                }
                for connection in connections + connections { loop.markDirty(connection) }
                // The first is flushed before its turn, so that it takes no share of it.
                connections[0].flush()
                loop.execute { seen.withLock { $0.append("turn") } }
            }
            while seen.withLock({ $0.count }) < 4 { await turn(of: loop) }
            #expect(seen.withLock { $0 } == ["1", "2", "3", "turn"])
        }
    }

    @Test func muchOutputIsDividedAmongTurnsBehindTheRest() async {
        await withLoop { loop in
            let seen = Mutex<[String]>([])
            loop.execute {
                for name in ["1", "2", "3", "short"] {
                    let connection = Connection(on: loop, hasMuch: name != "short") {
                        seen.withLock { $0.append(name) }
                        // Runs in the next turn.
                        loop.execute { seen.withLock { $0.append("turn") } }
                    }
                    loop.markDirty(connection)
                }
            }
            while seen.withLock({ $0.count }) < 8 { await turn(of: loop) }
            let order = seen.withLock { $0 }
            #expect(order.prefix(4) == ["short", "1", "2", "turn"])
            #expect(order.filter { $0 != "turn" } == ["short", "1", "2", "3"])
        }
    }

    @concurrent private static func note(_ seen: Counter) async { seen.increment() }

    @Test func startedTasksRunToTheirFirstSuspensionAndContinueOnTheLoop() async {
        await withLoop { loop in
            let counts = Mutex<[Int]>([])
            let counter = Counter()
            await withCheckedContinuation { end in
                loop.execute {
                    _ = loop.start {
                        await Self.note(counter)
                        counts.withLock { $0.append(counter.value) }
                        await turn(of: loop)
                        counts.withLock { $0.append(loop.isCurrent ? 1 : 0) }
                        end.resume()
                    }
                    counts.withLock { $0.append(-1) }
                }
            }
            #expect(counts.withLock { $0 } == [1, -1, 1])
        }
    }

    @Test func timersRunUntilTheirBodyReturnsFalse() async {
        await withLoop { loop in
            let counter = Counter()
            await withCheckedContinuation { end in
                loop.execute {
                    let timer = loop.timer(milliseconds: 1) {
                        counter.increment()
                        if counter.value == 3 { end.resume() }
                        return counter.value < 3
                    }
                    timer.start()
                    // The timer is retained until it has stopped.
                    loop.every(milliseconds: 60_000) { withExtendedLifetime(timer) {} }
                }
            }
            #expect(counter.value == 3)
        }
    }

    @Test func workOfManyThreadsAllRuns() async {
        await withLoop { loop in
            let counter = Counter()
            await withTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask { for _ in 0..<5_000 { loop.execute { counter.increment() } } }
                }
            }
            await turn(of: loop)
            #expect(counter.value == 40_000)
        }
    }

    @Test func workRunsOnTheLoopsOwnThread() async {
        await withLoop { loop in
            #expect(!loop.isCurrent)
            let isCurrent = await withCheckedContinuation { next in
                loop.execute { next.resume(returning: loop.isCurrent) }
            }
            #expect(isCurrent)
        }
    }

    /// The deinitializer of an object that only the posted work retains posts more work, so it must run while the
    /// mailbox is not locked.
    @Test(.timeLimit(.minutes(10))) func deinitOfPostedWorkMayPostWork() async {
        await withLoop { loop in
            await withCheckedContinuation { (next: CheckedContinuation<Void, Never>) in
                let last = LastWord { loop.execute { next.resume() } }
                loop.execute { withExtendedLifetime(last) {} }
            }
        }
    }

    @Test func workMayPostWork() async {
        await withLoop { loop in
            await withCheckedContinuation { (next: CheckedContinuation<Void, Never>) in
                @Sendable func post(_ left: Int) {
                    if left == 0 { next.resume() } else { loop.execute { post(left - 1) } }
                }
                post(1_000)
            }
        }
    }

    @Test func tasksRunOnTheLoop() async {
        await withLoop { loop in
            await withTaskExecutorPreference(loop) {
                #expect(loop.isCurrent)
                await Task.yield()
                #expect(loop.isCurrent)
            }
        }
    }

    @Test func jobsThatATimerStartsDoNotWaitForInput() async {
        await withLoop { loop in
            let clock = ContinuousClock()
            let delay: Duration = await withCheckedContinuation { next in
                loop.execute {
                    let timer = loop.timer(milliseconds: 1) {
                        let start = clock.now
                        Task(executorPreference: loop) { next.resume(returning: clock.now - start) }
                        return false
                    }
                    timer.start()
                    // The loop has no other event for a minute.
                    loop.every(milliseconds: 60_000) { withExtendedLifetime(timer) {} }
                }
            }
            #expect(delay < .seconds(30))
        }
    }

    @Test func workPostedBeforeAStopRuns() {
        let loop = EventLoop()
        loop.start {}
        let counter = Counter()
        for _ in 0..<1_000 { loop.execute { counter.increment() } }
        loop.stop()
        loop.join()
        #expect(counter.value == 1_000)
    }

    @Test func stoppedLoopsReleaseTheirWork() {
        final class Held: Sendable {}
        weak var freedLoop: EventLoop?
        weak var freed: Held?
        do {
            let loop = EventLoop()
            let held = Held()
            (freedLoop, freed) = (loop, held)
            loop.start { [unowned loop] in loop.every(milliseconds: 1_000) { withExtendedLifetime(held) {} } }
            loop.stop()
            loop.join()
        }
        #expect(freed == nil && freedLoop == nil)
    }
}

/// An object that calls a function when it is released.
private final class LastWord: Sendable {
    private let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    deinit { body() }
}
