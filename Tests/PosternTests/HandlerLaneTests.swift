import Dispatch
@testable import Postern
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3)))
struct HandlerLaneTests {
    @Test
    func handlersStartInOrder() async {
        let lane = HandlerLane()
        let (numbers, signal) = AsyncStream.makeStream(of: Int.self)
        for number in 0..<5_000 { lane.append { signal.yield(number) } }
        lane.append { signal.finish() }
        #expect(await numbers.reduce(into: []) { $0.append($1) } == Array(0..<5_000))
    }

    /// On threads of its own: holding one of the global executor's would hold up other tests, or all of them.
    @Test
    func aHandlerThatHoldsItsThreadDoesNotHoldTheOnesBehindIt() async {
        let lane = HandlerLane { drain in DispatchQueue(label: "drain").async(execute: drain) }
        let (done, signal) = AsyncStream.makeStream(of: Void.self)
        let second = Atomic(false)
        lane.append {
            while !second.load(ordering: .acquiring) {}
            signal.finish()
        }
        lane.append { second.store(true, ordering: .releasing) }
        for await _ in done {}
        let hasRun = second.load(ordering: .acquiring)
        #expect(hasRun)
    }

    /// As if its thread had been taken from it: what is told is in order all the same.
    @Test("Check 41: a notification that holds its thread is waited for")
    func aNotificationThatHoldsItsThreadIsWaitedFor() async {
        let lane = HandlerLane { drain in DispatchQueue(label: "drain").async(execute: drain) }
        let (numbers, signal) = AsyncStream.makeStream(of: Int.self)
        let begun = ContinuousClock.now
        lane.append(isNotification: true) {
            while ContinuousClock.now - begun < .milliseconds(50) {}
            signal.yield(1)
        }
        lane.append(isNotification: true) { signal.yield(2) }
        lane.append {
            signal.yield(3)
            signal.finish()
        }
        #expect(await numbers.reduce(into: []) { $0.append($1) } == [1, 2, 3])
    }
}
