import Testing

/// The table of error codes in the article about errors.
@Suite struct CodeTableTests {
    @Test func theTableHasTheSwiftNameOfEveryCode() {
        let source = SourceTree.text(of: "Sources/Postern/Calls/CallError+Code.swift")
        let declared = source.matches(of: /public static let (\w+) = Code\(rawValue: (-\d+)\)/)
            .map { "| \($0.output.2) | `.\($0.output.1)` |" }
        let article = SourceTree.text(of: "Sources/Postern/Documentation.docc/Errors.md")
        let rows = article.matches(of: /\| -\d+ \| `\.\w+` \|/).map { String($0.output) }
        #expect(declared.count > 10)
        #expect(rows == declared)
    }
}
