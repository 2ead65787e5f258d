import Testing

/// The pages for those who come from other systems: every row names a test that is there.
@Suite struct ComingFromTests {
    /// What the documents of the other systems promise their users.
    private static let promised: [String: [Int]] = [
        "CW": Array(1...7),
        "KA": [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13],
        "RP": Array(1...8) + [11, 14, 15, 16, 18, 20, 21, 22, 23, 26, 30, 31, 34, 45],
        "AI": Array(1...6) + [10, 11, 12, 13, 14, 18, 20, 22, 23, 24],
    ]

    @Test(arguments: [("Cowait", "CW"), ("KaaRPC", "KA"), ("RPyC", "RP"), ("Aiomas", "AI")])
    func everyPromiseIsShownByATest(page: String, prefix: String) {
        let rows = Self.rows(of: SourceTree.text(of: "Sources/Postern/Documentation.docc/ComingFrom/\(page).md"))
        let wanted = (Self.promised[prefix] ?? []).map { "\(prefix)-\($0 < 10 ? "0" : "")\($0)" }
        #expect(rows.map(\.id) == wanted)
        for row in rows { #expect(Self.tests.contains(row.test), "\(row.id): there is no test \(row.test)") }
    }

    @Test func aRowWithoutATestIsFound() {
        let rows = Self.rows(of: "| KA-01 | there | here | `thisTestDoesNotExist` |")
        #expect(rows.map(\.id) == ["KA-01"])
        #expect(!rows.allSatisfy { Self.tests.contains($0.test) })
    }

    /// The functions of all test files that are tests.
    private static let tests: Set<String> = {
        let files = SourceTree.files(in: ["Tests/"]).filter { $0.path.hasSuffix("Tests.swift") }
        return Set(
            files.flatMap {
                SourceTree.text(of: $0.path).matches(of: /@Test(?:[^\n]*\n){0,12}?[^\n]*func (\w+)/).map {
                    String($0.output.1)
                }
            }
        )
    }()

    private static func rows(of page: String) -> [(id: String, test: String)] {
        page.split(separator: "\n").compactMap { line in
            guard let row = line.wholeMatch(of: /\| ([A-Z]{2}-\d\d) \|.*\| `(\w+)` \|/) else { return nil }
            return (String(row.output.1), String(row.output.2))
        }
    }
}
