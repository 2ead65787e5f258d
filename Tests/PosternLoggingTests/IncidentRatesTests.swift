import Testing

@testable import PosternLogging

@Suite struct IncidentRatesTests {
    private let start = ContinuousClock.now
    private let origin = IncidentRates.Cause(kind: "client refused", cause: "origin")

    @Test func twentyLinesOfACauseAreAdmittedInASecond() {
        var rates = IncidentRates(linesPerSecond: 20)
        #expect(written(100, of: origin, after: .zero, &rates) == 20)
        #expect(suppressed(after: .milliseconds(999), &rates) == [])
        #expect(suppressed(after: .seconds(1), &rates) == [80])
        #expect(rates.isEmpty)
        #expect(written(100, of: origin, after: .seconds(1), &rates) == 20)
    }

    @Test func suppressedIncidentsAreReportedWithoutFurtherIncidents() {
        var rates = IncidentRates(linesPerSecond: 1)
        #expect(written(2, of: origin, after: .zero, &rates) == 1)
        // The timer is late: the second has passed, but its count is not lost.
        #expect(written(1, of: origin, after: .seconds(5), &rates) == 0)
        #expect(suppressed(after: .seconds(5), &rates) == [2])
    }

    @Test func causesAreCountedSeparately() {
        var rates = IncidentRates(linesPerSecond: 1)
        for (kind, cause) in [("client refused", "origin"), ("client refused", "host"), ("client cut off", "origin")] {
            #expect(written(2, of: .init(kind: kind, cause: cause), after: .zero, &rates) == 1)
        }
    }

    @Test func causesAboveTheLimitShareACount() {
        var rates = IncidentRates(linesPerSecond: 2)
        let all = (0..<10_000).map { IncidentRates.Cause(kind: "a", cause: "\($0)") }
        #expect(all.reduce(0) { $0 + written(1, of: $1, after: .zero, &rates) } == 256 + 2)
        #expect(suppressed(after: .seconds(1), &rates) == [10_000 - 256 - 2])
        #expect(rates.isEmpty)
    }

    private func written(
        _ count: Int,
        of cause: IncidentRates.Cause,
        after time: Duration,
        _ rates: inout IncidentRates
    ) -> Int {
        var written = 0
        for _ in 0..<count where rates.admit(cause, at: start + time) { written += 1 }
        return written
    }

    private func suppressed(after time: Duration, _ rates: inout IncidentRates) -> [Int] {
        rates.endWindows(at: start + time).map(\.count)
    }
}
