import Testing

@testable import postern_demo

@Suite struct PrimeSieveTests {
    @Test(arguments: [
        (1...1, 0), (1...2, 1), (2...2, 1), (4...4, 0), (1...10, 4), (1...100, 25), (90...96, 0),
        (1...1_000_000, 78_498),
        (999_000_001...999_001_000, 42),
    ])
    func primesAreCounted(range: ClosedRange<Int>, count: Int) { #expect(PrimeSieve.count(in: range) == count) }

    @Test(arguments: [1, 7, 1_000])
    func partsHaveTheSumOfTheWhole(size: Int) {
        let parts = stride(from: 1, through: 10_000, by: size).map { $0...min($0 + size - 1, 10_000) }
        #expect(parts.map(PrimeSieve.count).reduce(0, +) == 1_229)
    }
}
