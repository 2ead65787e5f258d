import Testing

@testable import PosternPacing

@Suite struct TransferPaceTests {
    /// 10 s without progress, or less than 16 KiB/s over 10 s.
    private let usual = TransferPace.Demand(patience: 10_000, bytesPerSecond: 16 << 10)
    private let anyProgress = TransferPace.Demand(patience: 10_000, bytesPerSecond: 0)

    /// Checks a transfer every second from 0 on, and returns the second of its failure.
    private func failure(
        _ demand: TransferPace.Demand,
        seconds: Int,
        moved: (Int) -> Int
    ) -> (second: Int, verdict: TransferPace.Verdict)? {
        var pace = TransferPace()
        for second in 0...seconds {
            let verdict = pace.check(moved: UInt64(moved(second)), at: UInt64(second) * 1_000 + 7, demand)
            if verdict != .moves { return (second, verdict) }
        }
        return nil
    }

    @Test func aTransferWithProgressIsKeptHoweverLongItTakes() {
        #expect(failure(usual, seconds: 1_000) { $0 * 300_000 } == nil)
        #expect(failure(usual, seconds: 1_000) { $0 * (16 << 10) } == nil)
    }

    @Test func aTransferWithoutProgressFailsAfterThePatience() throws {
        let failed = try #require(failure(usual, seconds: 20) { _ in 5 })
        #expect(failed == (10, .stalled))
    }

    @Test func aTransferThatStopsFailsThatLongAfterItsLastProgress() throws {
        let failed = try #require(failure(usual, seconds: 60) { min($0, 23) * 300_000 })
        #expect(failed == (33, .stalled))
    }

    @Test func aTransferBelowTheRateFailsAtTheEndOfThePeriod() throws {
        let failed = try #require(failure(usual, seconds: 60) { $0 * (16 << 10) - $0 })
        #expect(failed == (10, .tooSlow))
    }

    @Test func aTransferThatSlowsDownFailsWithinTwiceThePatience() throws {
        let failed = try #require(failure(usual, seconds: 60) { $0 < 12 ? $0 * 300_000 : 12 * 300_000 + $0 })
        #expect(failed == (30, .tooSlow))
    }

    @Test func burstsCountOverTheWholePeriod() {
        #expect(failure(usual, seconds: 200) { $0 / 9 * 9 * (18 << 10) } == nil)
    }

    @Test func withoutARateAnyProgressIsEnough() throws {
        #expect(failure(anyProgress, seconds: 200) { $0 / 9 } == nil)
        let failed = try #require(failure(anyProgress, seconds: 200) { $0 / 11 })
        #expect(failed == (10, .stalled))
    }

    /// Returns the verdicts on one transfer at several times.
    private func verdicts(
        _ demand: TransferPace.Demand,
        _ checks: (moved: UInt64, time: UInt64)...,
        after pace: TransferPace = TransferPace()
    ) -> [TransferPace.Verdict] {
        var pace = pace
        return checks.map { pace.check(moved: $0.moved, at: $0.time, demand) }
    }

    @Test func timeBetweenTwoTransfersDoesNotCount() {
        var pace = TransferPace()
        _ = pace.check(moved: 0, at: 0, usual)
        #expect(pace.isUnderWay)
        pace.end()
        #expect(!pace.isUnderWay)
        let seen = verdicts(usual, (1, 50_000), (1, 59_999), (1, 60_000), after: pace)
        #expect(seen == [.moves, .moves, .stalled])
    }

    @Test func aStalledTransferIsKeptAgainAfterProgress() {
        let seen = verdicts(anyProgress, (0, 0), (0, 10_000), (0, 11_000), (1, 12_000))
        #expect(seen == [.moves, .stalled, .stalled, .moves])
    }

    @Test(arguments: [
        TransferPace.Demand(patience: .max, bytesPerSecond: .max),
        TransferPace.Demand(patience: 0, bytesPerSecond: .max),
        TransferPace.Demand(patience: 0, bytesPerSecond: -1),
    ])
    func extremeDemandsDoNotTrap(demand: TransferPace.Demand) {
        #expect(verdicts(demand, (0, 0), (.max, 1), (3, .max)).count == 3)
    }
}
