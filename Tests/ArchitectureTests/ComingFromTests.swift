import Testing

/// The migration pages: every row names a test that exists, and its Swift is compiled.
@Suite struct ComingFromTests {
    /// The numbers of the rows of each page.
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

    @Test(arguments: ["Cowait", "KaaRPC", "RPyC", "Aiomas"])
    func theSwiftOfEveryRowIsCompiled(page: String) {
        let text = SourceTree.text(of: "Sources/Postern/Documentation.docc/ComingFrom/\(page).md")
        let lines = Document.lines(of: SourceTree.text(of: "Tests/Fixtures/DocumentExamples/MigrationExamples.swift"))
        let statements = Self.statements(of: text)
        #expect(statements.count >= 3)
        #expect(statements.filter { statement in !lines.contains { Self.shows($0, statement) } } == [])
    }

    @Test func aStatementIsFound() {
        #expect(Self.statements(of: "| KA-01 | `a()` | `b(1)`, `c`, `d(_:)`, `@E(1)` | `f` |\n") == ["b(1)"])
        #expect(Self.shows("a.b { c in d }", "b { c in … }"))
        #expect(!Self.shows("a.b { c in d }", "b { d in … }"))
    }

    /// The calls in the third column, without those that other tests compile.
    private static func statements(of page: String) -> [String] {
        page.split(separator: "\n").compactMap { $0.prefixMatch(of: /\| [A-Z]{2}-\d\d \|[^|]*\|([^|]*)\|/)?.output.1 }
            .flatMap { $0.matches(of: /`([^`]+)`/).map { String($0.output.1) } }
            .filter { $0.contains("(") && !elsewhere.contains($0) && !$0.contains(/_:|in:\)|^@|^"|^Remote trace/) }
    }

    /// Whether a line has a statement, in which an ellipsis is any text.
    private static func shows(_ line: String, _ statement: String) -> Bool {
        var rest = line[...]
        for part in statement.split(separator: "…") {
            guard let range = rest.ranges(of: part).first else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    /// Parts of the programs below the table of Cowait, and a type, which is no statement.
    private static let elsewhere: Set = [
        "let child = try await task.spawn(RpcChild())", "try await child.someRPCCall()",
        "struct Calculator: Exposable { func register(in service: Service) { … } }",
        "raising(MyError.self) { try await … }",
    ]

    @Test func aRowWithoutATestIsFound() {
        let rows = Self.rows(of: "| KA-01 | there | here | `thisTestDoesNotExist` |")
        #expect(rows.map(\.id) == ["KA-01"])
        #expect(!rows.allSatisfy { Self.tests.contains($0.test) })
    }

    /// The names of all test functions.
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
