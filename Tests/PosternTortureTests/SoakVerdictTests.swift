import Testing

@testable import postern_torture

@Suite struct SoakVerdictTests {
    /// Samples of 600 s whose memory grows to 100 MiB at first, and by some MiB in the second half.
    private static func samples(growth: Double, descriptors: Int = 30) -> [SoakVerdict.Sample] {
        (0..<6_000).map { index in
            let seconds = Double(index) / 10
            let mebibytes = seconds < 300 ? seconds / 3 : 100 + growth * (seconds - 300) / 300
            let noise = index % 2 * 4_096
            let usage = Usage(
                memory: Int(mebibytes * 1_048_576) + noise,
                descriptors: seconds < 300 ? 10 : 10 + descriptors * (index - 3_000) / 3_000,
                threads: 8 + index % 3
            )
            return (seconds, usage)
        }
    }

    private static func verdict(_ samples: [SoakVerdict.Sample], remains: [String] = []) -> SoakVerdict {
        SoakVerdict(samples, from: 300, to: 600, remains: remains)
    }

    @Test func whatGrowsInTheFirstHalfAloneIsWithinTheBars() {
        #expect(Self.verdict(Self.samples(growth: 0.9, descriptors: 0)).missed == [])
    }

    @Test func growthInTheSecondHalfIsFound() {
        #expect(Self.verdict(Self.samples(growth: 1.1, descriptors: 0)).missed == ["memory"])
        #expect(Self.verdict(Self.samples(growth: 0, descriptors: 3)).missed == ["descriptors"])
    }

    @Test func countsThatAreNotBackAreFound() {
        let verdict = Self.verdict(Self.samples(growth: 0, descriptors: 0), remains: ["streams 0 → 1 at half time"])
        #expect(verdict.missed == ["counts"])
        #expect(verdict.line.hasSuffix("counts streams 0 → 1 at half time"))
    }

    @Test func missingSamplesAreNoFlatLine() {
        let none = Self.verdict([])
        #expect(none.missed == ["memory", "descriptors", "threads"])
        #expect(none.line.hasPrefix("memory not known of 1.0 MiB"))
        // Reading has stopped soon after half time.
        let samples = Self.samples(growth: 0, descriptors: 0).filter { $0.seconds < 400 }
        #expect(Self.verdict(samples).missed == ["memory", "descriptors", "threads"])
    }

    @Test func theLineHasEveryNumberWithItsBar() {
        let line = Self.verdict(Self.samples(growth: 2, descriptors: 0)).line
        #expect(line.hasPrefix("memory +2"))
        #expect(line.contains(" of 1.0 MiB, descriptors ") && line.contains("0.0 of 2.0, threads "))
        #expect(line.hasSuffix("0.0 of 2.0; counts as at the start"))
    }
}
