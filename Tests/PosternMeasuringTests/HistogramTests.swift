import Testing

@testable import PosternMeasuring

@Suite struct HistogramTests {
    @Test(arguments: [0, 1, 31, 32, 63, 64, 1000, 123_456_789, 3_600_000_000_000, Int64.max])
    func valueStaysWithinThreePercent(nanoseconds: Int64) {
        var histogram = Histogram()
        histogram.record(nanoseconds: nanoseconds)
        let value = histogram.quantile(0.5)
        #expect(abs(value - Double(nanoseconds)) <= 0.03 * Double(nanoseconds))
    }

    @Test func quantilesSplitTheCounts() {
        var low = Histogram()
        var high = Histogram()
        for _ in 0..<90 { low.record(.nanoseconds(10)) }
        for _ in 0..<10 { high.record(.nanoseconds(20)) }
        low.merge(high)
        #expect(low.count == 100)
        #expect(low.quantile(0.5) == 10)
        #expect(low.quantile(0.89) == 10)
        #expect(low.quantile(0.99) == 20)
    }

    @Test func negativeDurationsCountAsZero() {
        var histogram = Histogram()
        histogram.record(nanoseconds: -5)
        #expect(histogram.quantile(0.5) == 0)
    }

    @Test(arguments: [
        (#"{"id":12,"result":3}"#, 12), (#"{"id":}"#, nil), ("", nil), (#""id":7"#, 7),
        (#""id":123456789012345678901"#, 123_456_789_012_345_678),
    ])
    func numberIsFoundBehindAText(text: String, expected: Int?) {
        #expect(Array(text.utf8).span.number(after: Array(#""id":"#.utf8)) == expected)
    }
}
