import PosternMeasuring
import Testing

@Suite struct LinearFitTests {
    @Test func pointsOfALineAreFitted() throws {
        let points = (0..<100).map { (position: Double($0), value: 5 + 0.25 * Double($0)) }
        let fit = try #require(LinearFit(points))
        #expect(abs(fit.slope - 0.25) < 1e-9)
        #expect(abs(fit.value(at: 200) - 55) < 1e-9)
    }

    @Test func noiseThatIsSymmetricalDoesNotTiltTheLine() throws {
        let points = (0..<100).map { (position: Double($0), value: 1e9 + ($0 % 2 == 0 ? 3.0 : -3.0)) }
        let fit = try #require(LinearFit(points))
        #expect(abs(fit.slope) < 0.01)
    }

    @Test func aLineNeedsTwoPositions() {
        #expect(LinearFit([]) == nil)
        #expect(LinearFit([(1, 2)]) == nil)
        #expect(LinearFit([(1, 2), (1, 3)]) == nil)
    }
}
