import Testing

@testable import PosternSchema

@Suite struct EnumCasesTests {
    private enum Suit: String { case hearts, spades = "S", clubs }
    private enum Single { case only }
    private enum Mixed { case plain, loaded(Int) }
    private enum Empty {}
    private enum Key: CodingKey { case first, second }
    private struct Generic<Element> { enum Side { case left, right } }

    @Test func theValuesOfEnumerationsAreFound() {
        #expect(EnumCases.values(of: Suit.self) == [.hearts, .spades, .clubs])
        #expect(EnumCases.values(of: Single.self) == [.only])
        #expect(EnumCases.values(of: Key.self)?.map(\.stringValue) == ["first", "second"])
        #expect(EnumCases.values(of: Generic<Int>.Side.self) == [.left, .right])
    }

    @Test func otherTypesHaveNone() {
        #expect(EnumCases.values(of: Mixed.self) == nil)
        #expect(EnumCases.values(of: Empty.self) == nil)
        #expect(EnumCases.values(of: Int.self) == nil)
        #expect(EnumCases.values(of: Suit?.self) == nil)
        #expect(EnumCases.values(of: [Suit].self) == nil)
        #expect(EnumCases.values(of: (Int, Suit).self) == nil)
        #expect(EnumCases.values(of: EnumCasesTests.self) == nil)
    }
}
