import NIOCore
import Postern
import Testing

@testable import PosternNIO

@Suite struct ConnectionWatchTests {
    /// The events of a connection in one second.
    private struct Second {
        var received = 0
        var hasHalfFrame = false
        var held = 0
        var underWay = 0
        var moved: UInt64 = 0
    }

    /// Checks an open connection every second, and returns the first verdict and its time.
    private func finding(
        _ options: ConnectionOptions = ConnectionOptions(),
        seconds: Int = 200,
        _ connection: (Int) -> Second
    ) -> (second: Int, verdict: ConnectionWatch.Verdict)? {
        var watch = ConnectionWatch(options, now: .uptimeNanoseconds(1))
        for number in 1...seconds {
            let second = connection(number)
            if second.received > 0 {
                watch.noteBytes(second.received)
                watch.noteRead(hasHalfFrame: second.hasHalfFrame)
            }
            let output = OutputMeter.Reading(held: second.held, underWay: second.underWay, moved: second.moved)
            let now = NIODeadline.uptimeNanoseconds(UInt64(number) * 1_000_000_000)
            let verdict = watch.check(now: now, isHandshakeDone: true, output: output)
            if verdict != .nothing { return (number, verdict) }
        }
        return nil
    }

    private static let stuckFrame = ConnectionWatch.Verdict.close(
        DisconnectReason(.timedOut, "Half a frame was not completed in time")
    )
    private static let slowReader = ConnectionWatch.Verdict.close(
        DisconnectReason(.slowReader, "The other side reads too slowly")
    )

    @Test func anIncompleteFrameWithProgressIsAwaited() {
        #expect(finding { _ in Second(received: 300_000, hasHalfFrame: true) } == nil)
    }

    @Test(arguments: [0, 16_383]) func anIncompleteFrameWithoutProgressEndsTheConnection(rate: Int) throws {
        let found = try #require(finding { Second(received: $0 == 1 ? 5 : rate, hasHalfFrame: true) })
        #expect(found.verdict == Self.stuckFrame && (9...11).contains(found.second))
    }

    @Test func anIncompleteFrameAfterACompleteOneHasItsOwnTimeout() {
        var watch = ConnectionWatch(ConnectionOptions(), now: .uptimeNanoseconds(1))
        let verdicts = (1...60).map { number in
            watch.noteBytes(5)
            watch.noteRead(hasHalfFrame: false)
            watch.noteRead(hasHalfFrame: true)
            let now = NIODeadline.uptimeNanoseconds(UInt64(number) * 1_000_000_000)
            return watch.check(now: now, isHandshakeDone: true, output: OutputMeter.Reading())
        }
        #expect(verdicts.allSatisfy { $0 == .nothing })
    }

    @Test func outputWithProgressIsAwaited() {
        let found = finding(seconds: 24) { Second(held: 5_000_000, underWay: 6_000_000, moved: UInt64($0) * 300_000) }
        #expect(found == nil)
    }

    @Test(arguments: [0, 16_383]) func outputWithoutProgressEndsTheConnection(rate: Int) throws {
        let found = try #require(finding { Second(held: 9, underWay: 9, moved: UInt64($0 * rate)) })
        #expect(found.verdict == Self.slowReader && (9...11).contains(found.second))
    }

    @Test func anyProgressIsEnoughWithoutARate() {
        var options = ConnectionOptions()
        options.minimumRate = 0
        #expect(finding(options, seconds: 24) { Second(held: 9, underWay: 9, moved: UInt64($0 / 8)) } == nil)
        #expect(finding(options) { Second(received: 1, hasHalfFrame: $0 > 0) } == nil)
    }

    /// Returns the second in which a connection without input ends, while output has progress until `last`.
    private func endOfSilence(outputMovesUntil last: Int) -> Int? {
        var watch = ConnectionWatch(ConnectionOptions(), now: .uptimeNanoseconds(1))
        return (1...200).first { number in
            let isMoving = number <= last
            let moved = UInt64(min(number, last)) * 300_000
            let output = OutputMeter.Reading(underWay: isMoving ? 1_000_000 : 0, moved: moved)
            let now = NIODeadline.uptimeNanoseconds(UInt64(number) * 1_000_000_000)
            if case .close = watch.check(now: now, isHandshakeDone: true, output: output) { return true }
            return false
        }
    }

    @Test func aPingAfterOutputWithProgressIsNotLate() {
        #expect(endOfSilence(outputMovesUntil: 0) == 36)
        #expect(endOfSilence(outputMovesUntil: 100) == 110)
    }
}
