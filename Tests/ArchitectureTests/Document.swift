/// A document of this package, and what it states about files.
struct Document {
    let path: String
    let text: String

    private static let endings = [
        ".swift", ".md", ".js", ".html", ".css", ".py", ".sh", ".h", ".modulemap", ".c", ".txt", "Makefile",
    ]

    init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    init(path: String) { self.init(path: path, text: SourceTree.text(of: path)) }

    /// The texts between back quotes.
    private var spans: [String] { text.matches(of: /`([^`\n]+)`/).map { String($0.output.1) } }

    /// The names that it does not mention.
    func missing(_ names: Set<String>) -> [String] { names.subtracting(spans).sorted() }

    /// The files that relative links lead to, whether they exist or not.
    var links: [String] {
        let relative = text.matches(of: /\]\(([^)#:]+)(?:#[^)]*)?\)/).map { target(of: $0.output.1) }
        return relative + text.matches(of: /<doc:(\w+)>/).map { page(named: $0.output.1) }
    }

    /// The files that are at most so many links away from a document.
    static func reachable(from path: String, within links: Int) -> Set<String> {
        var found: Set = [path]
        for _ in 0..<links { found.formUnion(found.flatMap { Document(path: $0).links }) }
        return found
    }

    /// The paragraph that begins with a title in bold, without the title.
    func entry(_ title: String) -> String {
        guard let start = text.ranges(of: "**\(title).**").first?.upperBound else { return "" }
        return text[start...].split(separator: "\n\n", maxSplits: 1).first.map(String.init) ?? ""
    }

    /// The sections below the headings of the second level.
    var sections: [(title: String, stepNumbers: [Int])] {
        text.split(separator: "\n## ").dropFirst().map { section in
            let numbers = section.matches(of: /(?m)^\| (\d+) \|/).compactMap { Int($0.output.1) }
            return (String(section.prefix { $0 != "\n" }), numbers)
        }
    }

    /// The article of the same catalogue that has a name.
    private func page(named name: Substring) -> String {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        let isArticle = { (path: String) in path.hasPrefix(folder) && path.hasSuffix("/\(name).md") }
        return SourceTree.paths.first(where: isArticle) ?? "\(folder)/\(name).md"
    }

    /// Files and links that lead nowhere.
    var filesThatAreNotThere: [String] {
        let names = spans.filter { span in
            Self.endings.contains { span.hasSuffix($0) } && !span.contains { " *<:".contains($0) }
        }
        return Set(names.filter { Self.path(of: $0) == nil } + links.filter { !SourceTree.paths.contains($0) })
            .map { "\(path): there is no \($0)" }
    }

    /// The path that a relative link of this document leads to.
    private func target(of link: Substring) -> String {
        var parts = path.split(separator: "/").dropLast() + []
        for part in link.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    /// The rows of tables that name a file and what is called in it.
    var steps: [(file: String, name: String)] {
        text.split(separator: "\n").flatMap { line -> [(file: String, name: String)] in
            let cells = line.split(separator: "|").map { $0.matches(of: /`([^`]+)`/).map { String($0.output.1) } }
            guard let index = cells.firstIndex(where: { $0.count == 1 && $0[0].hasSuffix(".swift") }) else { return [] }
            return cells.dropFirst(index + 1).first.map { names in names.map { (cells[index][0], $0) } } ?? []
        }
    }

    /// Steps through functions that their file does not have.
    var stepsThatAreNotThere: [String] {
        steps.filter { step in
            let text = Self.path(of: step.file).map(SourceTree.text) ?? ""
            let declarations = ["func \(step.name)(", "func \(step.name)<", "var \(step.name)", "let \(step.name)"]
            let isDeclared = declarations.contains { text.contains($0) }
            return !isDeclared && !(step.name == "init" && text.contains("init("))
        }.map { "\(path): \($0.file) has no \($0.name)" }
    }

    /// The files in the list that is headed "Reading order", in order.
    var readingOrder: [String] {
        guard let start = text.ranges(of: "## Reading order").first?.upperBound else { return [] }
        let section = text[start...].prefix(while: { $0 != "#" })
        return section.matches(of: /`([^`\n]+\.(?:swift|md))`/).compactMap { Self.path(of: String($0.output.1)) }
    }

    /// The fenced blocks of a language.
    func blocks(of language: String) -> [String] {
        text.split(separator: "```\(language)\n", omittingEmptySubsequences: false).dropFirst()
            .compactMap { $0.split(separator: "```", maxSplits: 1).first.map(String.init) }
    }

    /// Lines without the space around them, and without empty ones.
    static func lines(of text: String) -> [String] {
        text.split(separator: "\n").map { line in
            String(line.drop(while: \.isWhitespace))
        }.filter { !$0.isEmpty }
    }

    /// The path of a file that is named by the end of its path.
    private static func path(of name: String) -> String? {
        SourceTree.paths.first { $0 == name } ?? SourceTree.paths.first { $0.hasSuffix("/\(name)") }
    }
}
