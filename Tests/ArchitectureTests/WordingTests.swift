import Testing

/// Comments, documents and names of tests use the words of the field; `CONTRIBUTING.md` lists those that are not used.
@Suite struct WordingTests {
    private static let folders = [
        "Sources/", "Tests/", "public/", "docker/", "README.md", "CONTRIBUTING.md", "Makefile", ".ci/",
    ]
    private static let endings = [".swift", ".md", ".py", ".js", ".mjs", ".sh", "Makefile"]

    private static let files =
        SourceTree.files(in: folders, endingIn: endings) + SourceTree.files(in: [".ci/"], endingIn: [""])

    @Test func noListedWordIsUsed() {
        #expect(Self.files.count > 500)
        #expect(Glossary.shared.words.count > 40)
        let found = Self.uses.filter { !Self.exceptions.contains($0.exception) }
        #expect(found.isEmpty, "\(found.map(\.description).joined(separator: "\n"))")
    }

    @Test func everyExceptionIsNeeded() {
        #expect(Self.exceptions.subtracting(Self.uses.map(\.exception)) == [])
    }

    @Test(arguments: [
        ("A.swift", "/// It tells the caller."), ("A.swift", "let a = 1 // which nobody reads"),
        ("A.swift", "/// The connection is\n/// gone."), ("Tests/A.swift", "@Test func aCallerIsTold() {}"),
        ("Tests/A.swift", "@Test(\"A caller is told\") func name() {}"),
        ("Tests/a.py", "def test_that_a_page_is_gone():"),
        ("a.py", "\"\"\"Says it.\n\nTells it.\"\"\""), ("a.py", "x = 1  # nobody"),
        ("A.md", "A page that tells\nwhat is."), ("Sources/A.swift", "throw B(\"Call \\(id) is gone\")"),
        ("a.js", "// Tells it."),
    ])
    func aListedWordIsFound(path: String, text: String) {
        #expect(Self.uses(of: Self.glossary, in: SourceFile(path: path, text: text)).count == 1)
    }

    @Test(arguments: [
        ("A.swift", "let told = 1"), ("A.swift", "let text = \"it tells // nobody\""),
        ("A.swift", "/// `nobody` is a user."), ("Sources/A.swift", "let key = \"is gone\""),
        ("A.md", "```sh\ntold\n```"), ("A.md", "[a](told.md)"), ("A.md", "a stand-in, and gone-ness"),
        ("a.py", "url = \"http://told\""),
    ])
    func codeIsNoProse(path: String, text: String) {
        #expect(Self.uses(of: Self.glossary, in: SourceFile(path: path, text: text)).isEmpty)
    }

    private static let glossary = Glossary(
        "# A\n\n## Words\n\n| not | but |\n|---|---|\n| `tells`, `told` | reports |\n| `nobody` | no caller |\n| `is gone`, `stand` | - |\n"
    )

    /// Lines like `Sources/A.swift: lent`; those that begin with `#` say why.
    private static let exceptions = Set(
        SourceTree.text(of: "Tests/ArchitectureTests/WordingExceptions.txt").split(separator: "\n")
            .filter { !$0.hasPrefix("#") }.map(String.init)
    )

    private struct Use: CustomStringConvertible {
        let path: String
        let line: Int
        let word: String
        let text: String
        var exception: String { "\(path): \(word)" }
        var description: String { "\(path):\(line): \(word):\(text)" }
    }

    /// All uses of listed words in this package.
    private static let uses = files.flatMap { uses(of: Glossary.shared, in: $0) }

    private static func uses(of glossary: Glossary, in file: SourceFile) -> [Use] {
        Prose.passages(of: file).flatMap { passage in
            glossary.words(in: passage.text).map {
                Use(path: file.path, line: passage.line, word: $0, text: String(passage.text.prefix(300)))
            }
        }
    }
}
