import Testing

/// What the documents say about the sources.
@Suite struct DocumentTests {
    private static let paths = [
        "README.md", "CONTRIBUTING.md", "Sources/Postern/Documentation.docc/Architecture.md",
        "Sources/Postern/Documentation.docc/Performance.md",
        "Sources/Postern/Documentation.docc/WireProtocol.md", "Sources/PosternTasks/Documentation.docc/TaskProtocol.md",
        "Sources/Postern/Documentation.docc/ComingFrom/Cowait.md",
        "Sources/Postern/Documentation.docc/ComingFrom/KaaRPC.md",
        "Sources/Postern/Documentation.docc/ComingFrom/RPyC.md",
        "Sources/Postern/Documentation.docc/ComingFrom/Aiomas.md", "Tests/PosternNIOTests/Hostile/Faults.md",
        "docker/Deployment.md",
    ]
    private static let architecture = Document(path: "Sources/Postern/Documentation.docc/Architecture.md")

    @Test func theArchitectureNamesEveryModule() {
        let manifest = Manifest(SourceTree.text(of: "Package.swift"))
        #expect(Self.architecture.missing(manifest.modules) == [])
    }

    @Test func aModuleThatIsNotNamedIsFound() {
        #expect(
            Document(path: "A.md", text: "`Postern` is the core.").missing(["Postern", "PosternNIO"]) == ["PosternNIO"]
        )
    }

    @Test(arguments: paths)
    func everyFileThatIsNamedIsThere(path: String) {
        let document = Document(path: path)
        #expect(!document.text.isEmpty)
        #expect(document.filesThatAreNotThere == [])
    }

    @Test(arguments: ["`Sources/Postern/Gone.swift`", "`Gone.swift`", "[a](Gone.md)", "the page `gone/index.html`"])
    func aFileThatIsNotThereIsFound(text: String) {
        #expect(Document(path: "A.md", text: text).filesThatAreNotThere.count == 1)
    }

    @Test func everyStepNamesAFunctionOfItsFile() {
        #expect(Self.architecture.steps.count > 60)
        #expect(Self.architecture.stepsThatAreNotThere == [])
    }

    @Test(arguments: [
        "| 1 | `Peer+Serving.swift` | `gone` | x |", "| 1 | `Peer+Serving.swift` | `serve`, `gone` | x |",
    ])
    func aFunctionThatIsNotThereIsFound(row: String) {
        #expect(Document(path: "A.md", text: row).stepsThatAreNotThere == ["A.md: Peer+Serving.swift has no gone"])
    }

    @Test func theReadingOrderIsShort() {
        let lines = Self.architecture.readingOrder.map { SourceFile(path: $0, text: SourceTree.text(of: $0)).lineCount }
        #expect(lines.count > 20)
        #expect((2_000...2_800).contains(lines.reduce(0, +)), "\(lines.reduce(0, +)) lines")
    }

    @Test func theExamplesOfTheReadmeAreCompiled() {
        let files = [
            "Tests/Fixtures/FirstProgram/main.swift", "Tests/ArchitectureTests/ReadmeExample.swift",
            "Tests/PosternMacrosTests/ReadmeCalculator.swift",
        ]
        let compiled = files.flatMap { Document.lines(of: SourceTree.text(of: $0)) }
        let examples = Document(path: "README.md").blocks(of: "swift")
        #expect(examples.count == 4)
        for example in examples {
            let lines = Document.lines(of: example)
            let imports = lines.filter { $0.hasPrefix("import ") }
            #expect(Set(imports).isSubset(of: compiled))
            #expect(compiled.contains(Array(lines.dropFirst(imports.count))), "\(example)")
        }
    }
}
