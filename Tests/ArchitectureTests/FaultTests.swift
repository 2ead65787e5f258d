import Testing

/// The table of faults: every row names tests over real sockets, and their titles name the row.
@Suite struct FaultTests {
    private static let promised =
        (1...6).map { "A\($0)" } + (1...18).map { "M\($0)" }

    @Test func everyFaultIsShownByATest() {
        let rows = Self.rows(of: SourceTree.text(of: "Tests/PosternNIOTests/Hostile/Faults.md"))
        #expect(rows.map(\.id) == Self.promised)
        #expect(rows.flatMap { Self.faults(of: $0, TestFunction.all) } == [])
    }

    @Test func everyTestOfAFaultIsInTheTable() {
        let named = Set(Self.rows(of: SourceTree.text(of: "Tests/PosternNIOTests/Hostile/Faults.md")).flatMap(\.tests))
        let hostile = TestFunction.all.filter { $0.path.hasPrefix(Self.folder) && !$0.title.isEmpty }
        #expect(hostile.count > 20)
        #expect(hostile.map(\.name).filter { !named.contains($0) } == [])
    }

    /// A reader of a failed test must find the number of its title in a table.
    @Test func everyNumberOfATitleIsARow() {
        let strangers = TestFunction.all.filter { !Set($0.numbers).isSubset(of: Self.promised) }
        #expect(strangers.map(\.title) == [])
    }

    @Test(arguments: [
        ("M6: a frame ends", ["M6"]), ("A1, M6: a frame ends", ["A1", "M6"]), ("Check 6: it ends", ["Check", "6"]),
        ("A frame ends: 5 times", []), ("It ends", []),
    ])
    func theNumbersOfATitleAreFound(title: String, numbers: [String]) {
        #expect(TestFunction(path: "", name: "", title: title).numbers == numbers)
    }

    @Test(arguments: [
        ("| M6 | a | b | `first` |", 0),
        ("| M6 | a | b | `first`, `second` |", 0),
        ("| M6 | a | b | |", 1),
        ("| M6 | a | b | `gone` |", 2),
        ("| M7 | a | b | `first` |", 2),
        ("| M6 | a | b | `second` |", 1),
    ])
    func aRowWithoutATestIsFound(row: String, count: Int) {
        let tests =
            TestFunction.tests(
                in: "@Test(\n    \"M6, M16: it ends\"\n)\nfunc first() {}",
                path: "\(Self.folder)A.swift"
            )
            + TestFunction.tests(in: "@Test(\"M6: it ends\") func second() {}", path: "Tests/PosternTests/A.swift")
        #expect(Self.rows(of: row).flatMap { Self.faults(of: $0, tests) }.count == count)
    }

    private static let folder = "Tests/PosternNIOTests/Hostile/"

    private static func rows(of page: String) -> [(id: String, tests: [String])] {
        page.split(separator: "\n").compactMap { line in
            guard let row = line.wholeMatch(of: /\| ([AM]\d+) \|.*\|([^|]*)\|/) else { return nil }
            return (String(row.output.1), row.output.2.matches(of: /`(\w+)`/).map { String($0.output.1) })
        }
    }

    /// Returns the missing tests of a row, those whose title does not name it, and a row without a test over a socket.
    private static func faults(of row: (id: String, tests: [String]), _ tests: [TestFunction]) -> [String] {
        let shown = row.tests.map { name in tests.filter { $0.name == name && $0.shows(row.id) } }
        let missing = zip(row.tests, shown).filter { $1.isEmpty }.map { "\(row.id): no test \($0.0) names this row" }
        let isOverASocket = shown.joined().contains { $0.path.hasPrefix(folder) }
        return missing + (isOverASocket ? [] : ["\(row.id): no test in \(folder)"])
    }
}
