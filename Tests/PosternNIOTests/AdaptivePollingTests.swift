import NIOCore
import Testing

@testable import PosternNIO

/// When a channel is polled, with a limit of 50 µs.
@Suite struct AdaptivePollingTests {
    /// A simulated channel with alternating output and input.
    private struct Channel {
        var polling = AdaptivePolling(limit: .microseconds(50))
        private var now = NIODeadline.uptimeNanoseconds(1)

        /// Simulates a number of waits for input.
        ///
        /// - Returns: The number of waits that began with polling.
        mutating func wait(_ microseconds: Int64, times: Int = 1) -> Int {
            (0..<times).count { _ in
                polling.noteOutput(at: now)
                let isPolled = polling.deadline != nil
                now = now + .microseconds(microseconds)
                polling.noteInput(at: now)
                return isPolled
            }
        }

        /// Simulates output without input, a number of times.
        mutating func send(every microseconds: Int64, times: Int) -> Int {
            (0..<times).count { _ in
                polling.noteOutput(at: now)
                now = now + .microseconds(microseconds)
                return polling.deadline != nil
            }
        }
    }

    @Test func aShortWaitTurnsPollingOn() {
        var channel = Channel()
        #expect(channel.wait(90) == 0)
        #expect(channel.wait(5, times: 100) == 100)
    }

    @Test func longWaitsAreNeverPolled() {
        var channel = Channel()
        #expect(channel.wait(10_000, times: 1_000) == 0)
    }

    @Test func pollingEndsAtTheLimit() {
        var polling = AdaptivePolling(limit: .microseconds(50))
        polling.noteOutput(at: .uptimeNanoseconds(1_000))
        polling.noteInput(at: .uptimeNanoseconds(2_000))
        #expect(polling.deadline == nil)
        polling.noteOutput(at: .uptimeNanoseconds(3_000))
        #expect(polling.deadline == .uptimeNanoseconds(53_000))
    }

    @Test func inputWithoutOutputChangesNothing() {
        var channel = Channel()
        _ = channel.wait(5)
        channel.polling.noteInput(at: .distantFuture)
        #expect(channel.wait(5, times: 10) == 10)
    }

    @Test func longerWaitsTurnPollingOff() {
        var channel = Channel()
        _ = channel.wait(5, times: 100)
        #expect(channel.wait(10_000, times: 1_000) == 4)
    }

    @Test func oneLongWaitAmongShortOnesLeavesPollingOn() {
        var channel = Channel()
        _ = channel.wait(5, times: 100)
        #expect(channel.wait(10_000) == 1)
        #expect(channel.wait(5, times: 100) == 100)
    }

    @Test func aSideThatOnlySendsIsNotPolled() {
        var channel = Channel()
        _ = channel.wait(5, times: 100)
        #expect(channel.send(every: 60, times: 1_000) == 4)
    }

    /// A wait of 40 µs counts as short without polling, and as a failure with polling.
    @Test func uselessPollingIsTriedLessAndLessOften() {
        var channel = Channel()
        let polled = (0..<5).map { _ in channel.wait(40, times: 2_000) }
        #expect(polled == [40, 8, 8, 8, 8])
    }

    @Test func usefulPollingIsTriedAgainAtOnce() {
        var channel = Channel()
        _ = channel.wait(40, times: 10_000)
        _ = channel.wait(5, times: 2_000)
        _ = channel.wait(10_000, times: 10)
        #expect(channel.wait(5, times: 10) == 8)
    }

    @Test func interruptionsTurnPollingOff() {
        var channel = Channel()
        _ = channel.wait(5, times: 100)
        for _ in 0..<4 {
            channel.polling.noteOutput(at: .uptimeNanoseconds(1 << 40))
            channel.polling.noteFailure()
        }
        #expect(channel.wait(5) == 0)
    }
}
