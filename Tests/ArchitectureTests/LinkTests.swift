import Testing

/// How far it is from the first page to the file that a change is made in.
@Suite struct LinkTests {
    @Test(arguments: [
        ("An error's text", "/CallError.swift"),
        ("A limit", "/PeerLimits.swift"),
        ("A door", "/GatewayService.swift"), ("A frame", "/Frame.swift"),
        ("A button of the page", "/index.html"),
    ])
    func aPlaceToChangeIsThreeLinksAway(entry: String, file: String) {
        let readme = Document(path: "README.md")
        #expect(readme.links.contains("CONTRIBUTING.md"))
        let text = Document(path: "CONTRIBUTING.md").entry(entry)
        #expect(Document(path: "CONTRIBUTING.md", text: text).links.contains { $0.hasSuffix(file) })
    }

    @Test func everyArticleIsThreeLinksAway() {
        let articles = SourceTree.paths.filter { $0.contains(".docc/") && $0.hasSuffix(".md") }
        #expect(articles.count > 25)
        let found = Document.reachable(from: "README.md", within: 3)
        #expect(Set(articles).subtracting(found) == [])
    }

    @Test func aPageThatIsNotLinkedIsFound() {
        #expect(!Document.reachable(from: "README.md", within: 1).contains { $0.hasSuffix(".swift") })
        #expect(Document(path: "A/B.md", text: "[c](../C.md#d), [e](http://e), <doc:F>").links == ["C.md", "A/F.md"])
        #expect(
            Document(path: "A.md", text: "**A door.** one\ntwo\n\n**A frame.** three").entry("A door") == " one\ntwo"
        )
    }
}
