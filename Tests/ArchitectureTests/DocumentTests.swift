import Testing

/// The statements of documents about the sources.
@Suite struct DocumentTests {
    private static let paths =
        SourceTree.paths.filter { path in
            path.hasSuffix(".md") && (!path.contains("/") || path.contains(".docc/"))
        } + ["Tests/PosternNIOTests/Hostile/Faults.md", "docker/Deployment.md"]
    private static let architecture = Document(path: "Sources/Postern/Documentation.docc/Architecture.md")
    private static let readme = Document(path: "README.md")

    @Test func theArchitectureNamesEveryModule() {
        let manifest = Manifest(SourceTree.text(of: "Package.swift"))
        #expect(Self.architecture.missing(manifest.modules) == [])
    }

    @Test func aModuleThatIsNotNamedIsFound() {
        #expect(
            Document(path: "A.md", text: "`Postern` is the core.").missing(["Postern", "PosternNIO"]) == ["PosternNIO"]
        )
    }

    @Test func everyDocumentIsChecked() {
        #expect(Self.paths.count > 30)
        #expect(Set(["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]).isSubset(of: Self.paths))
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

    @Test func theChangelogHasTheVersionOfThePrograms() throws {
        let released = try #require(SourceTree.text(of: "CHANGELOG.md").firstMatch(of: /\n## (\d+\.\d+\.\d+)/))
        let program = SourceTree.text(of: "Sources/PosternPrograms/Program.swift")
        #expect(program.contains("static let number = \"\(released.output.1)\""))
    }

    @Test func theReadingOrderIsShort() {
        let lines = Self.architecture.readingOrder.map { SourceFile(path: $0, text: SourceTree.text(of: $0)).lineCount }
        #expect((10...12).contains(lines.count), "\(lines.count) files")
        #expect(lines.reduce(0, +) <= 2_000, "\(lines.reduce(0, +)) lines")
    }

    @Test func theStepsOfEachWalkAreNumberedOnce() {
        let walks = Self.architecture.sections.map(\.stepNumbers).filter { !$0.isEmpty }
        #expect(walks.count >= 6)
        for walk in walks { #expect(walk == Array(1...walk.count)) }
    }

    @Test func theReadmeIsShort() {
        let words = Self.readme.text.split(whereSeparator: \.isWhitespace).count
        #expect((500...900).contains(words), "\(words) words")
        #expect(
            Self.readme.sections.map(\.title) == [
                "Requirements", "Your own server", "What it does", "Two topologies", "Limits and security",
                "Not in this version", "Performance", "Contributing", "Licence",
            ]
        )
    }

    @Test func theFiguresOfTheReadmeAreThoseOfThePage() {
        let page = SourceTree.text(of: "Sources/Postern/Documentation.docc/Performance.md")
        let figures = Self.readme.text.matches(of: /(\d[\d.]*) µs/).map(\.output.1)
        #expect(figures.count == 6)
        for figure in figures { #expect(page.contains(" \(figure) ") || page.contains("**\(figure)")) }
    }

    /// The documents that the end-to-end tests build and run as their readers do, from an empty folder.
    private static let followed = [
        "README.md", "Sources/PosternGateway/Documentation.docc/YourOwnService.md",
    ]

    @Test(arguments: followed)
    func theManifestsOfADocumentNameWhatIsThere(path: String) {
        let package = SourceTree.text(of: "Package.swift")
        let manifests = Document(path: path).blocks(of: "swift").filter { $0.hasPrefix("// swift-tools-version") }
        #expect(!manifests.isEmpty)
        for manifest in manifests {
            #expect(package.hasPrefix(manifest.prefix { $0 != "\n" }))
            let products = manifest.matches(of: /\.product\(name: "(\w+)", package: "postern"\)/).map(\.output.1)
            #expect(products.count >= 2)
            for product in products { #expect(package.contains(".library(name: \"\(product)\"")) }
            let urls = manifest.matches(of: /(?m)^ +(\.package\(url: [^)]*\))/).map { String($0.output.1) }
            #expect(urls.count >= 2)
            for url in urls { #expect(package.contains(url)) }
        }
    }

    @Test func theSwiftOfTheDocumentsIsCompiled() {
        let files =
            SourceTree.files(in: ["Tests/Fixtures/"]).map(\.path) + [
                "Tests/PosternMacrosTests/ReadmeCalculator.swift"
            ]
        let compiled = files.flatMap { Document.lines(of: SourceTree.text(of: $0)) }
        let examples = Self.paths.filter { !Self.followed.contains($0) }
            .flatMap { Document(path: $0).blocks(of: "swift") }
        #expect(examples.count > 20)
        for example in examples {
            let lines = Document.lines(of: example)
            let imports = lines.filter { $0.hasPrefix("import ") }
            #expect(Set(imports).isSubset(of: compiled))
            #expect(compiled.contains(Array(lines.dropFirst(imports.count))), "\(example)")
        }
    }
}
