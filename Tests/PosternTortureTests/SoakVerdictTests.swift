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

    @Test func whatGrowsInTheFirstHalfAloneIsWithinTheBars() {
        #expect(SoakVerdict(Self.samples(growth: 0.9, descriptors: 0), seconds: 600).missed == [])
    }

    @Test func growthInTheSecondHalfIsFound() {
        #expect(SoakVerdict(Self.samples(growth: 1.1, descriptors: 0), seconds: 600).missed == ["memory"])
        #expect(SoakVerdict(Self.samples(growth: 0, descriptors: 3), seconds: 600).missed == ["descriptors"])
    }

    @Test func theLineHasEveryNumber() {
        let line = SoakVerdict(Self.samples(growth: 2, descriptors: 0), seconds: 600).line
        #expect(line == "memory +2.0 MiB, descriptors +0.0, threads +0.0" || line.hasPrefix("memory +2"))
    }
}
