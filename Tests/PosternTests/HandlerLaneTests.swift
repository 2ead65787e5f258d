import Dispatch
@testable import Postern
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct HandlerLaneTests {
    /// A lane on threads of its own: blocking a thread of the global executor would delay other tests.
    private func laneOnItsOwnThreads() -> HandlerLane {
        HandlerLane(
            spawn: { lane in DispatchQueue(label: "lane").async { lane.run() } },
            watch: { Self.check($0, on: DispatchQueue(label: "watch")) }
        )
    }

    private static func check(_ lane: HandlerLane, on queue: DispatchQueue) {
        queue.asyncAfter(deadline: .now() + .milliseconds(2)) { if lane.check() { check(lane, on: queue) } }
    }

    @Test
    func handlersStartInOrder() async {
        // Without checks: on a busy machine a thread may be preempted for longer than the interval, and be overtaken.
        let lane = HandlerLane(watch: { _ in })
        let (numbers, signal) = AsyncStream.makeStream(of: Int.self)
        for number in 0..<5_000 { lane.append(TestEntry { signal.yield(number) }) }
        lane.append(TestEntry { signal.finish() })
        #expect(await numbers.reduce(into: []) { $0.append($1) } == Array(0..<5_000))
    }

    @Test
    func aHandlerThatHoldsItsThreadDoesNotDelayLaterOnes() async {
        let lane = laneOnItsOwnThreads()
        let (done, signal) = AsyncStream.makeStream(of: Void.self)
        let second = Atomic(false)
        lane.append(
            TestEntry {
                while !second.load(ordering: .acquiring) {}
                signal.finish()
            }
        )
        lane.append(TestEntry { second.store(true, ordering: .releasing) })
        for await _ in done {}
        let hasRun = second.load(ordering: .acquiring)
        #expect(hasRun)
    }

    /// Simulates a preempted thread: notifications stay in order nevertheless.
    @Test("A notification that holds its thread is waited for")
    func aNotificationThatHoldsItsThreadIsWaitedFor() async {
        let lane = laneOnItsOwnThreads()
        let (numbers, signal) = AsyncStream.makeStream(of: Int.self)
        let begun = ContinuousClock.now
        lane.append(
            TestEntry(LaneTraits(isNotification: true)) {
                while ContinuousClock.now - begun < .milliseconds(50) {}
                signal.yield(1)
            }
        )
        lane.append(TestEntry(LaneTraits(isNotification: true)) { signal.yield(2) })
        lane.append(
            TestEntry {
                signal.yield(3)
                signal.finish()
            }
        )
        #expect(await numbers.reduce(into: []) { $0.append($1) } == [1, 2, 3])
    }

    @Test
    func aLaneIsIdleOnlyWhenEveryEntryHasBegun() {
        let lane = HandlerLane(spawn: { _ in }, watch: { _ in })
        #expect(lane.isIdle)
        lane.append(TestEntry { #expect(!lane.isIdle) })
        #expect(!lane.isIdle)
        lane.run()
        #expect(lane.isIdle)
    }
}

/// A lane entry that runs a function.
final class TestEntry: LaneEntry {
    let traits: LaneTraits
    private let body: @Sendable () -> Void

    init(_ traits: LaneTraits = LaneTraits(), _ body: @escaping @Sendable () -> Void) {
        self.traits = traits
        self.body = body
    }

    func begin() { body() }
}
