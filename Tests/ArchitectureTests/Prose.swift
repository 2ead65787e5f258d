/// One passage of a file that people read: a comment, a paragraph, or the name of a test.
struct Prose {
    /// The line on which it begins, counted from 1.
    let line: Int
    let text: String

    /// What a file says in plain English, without code in back quotes.
    static func passages(of file: SourceFile) -> [Prose] {
        let passages =
            switch file.path {
            case let path where path.hasSuffix(".md"): paragraphs(of: file.lines)
            case let path where path.hasSuffix(".swift"):
                comments(of: file.lines, marker: "//") + testNames(of: file)
            case let path where path.hasSuffix(".js") || path.hasSuffix(".mjs"): comments(of: file.lines, marker: "//")
            default: comments(of: file.lines, marker: "#") + documentation(of: file.lines) + testNames(of: file)
            }
        return passages.map { Prose(line: $0.line, text: withoutCode($0.text)) }
    }

    /// Comments; those of lines that follow each other are one passage.
    private static func comments(of lines: [Substring], marker: String) -> [Prose] {
        var passages: [Prose] = []
        var isOpen = false
        for (index, line) in lines.enumerated() {
            guard let comment = comment(of: line, marker: marker) else {
                isOpen = false
                continue
            }
            let previous = isOpen ? passages.popLast() : nil
            passages.append(Prose(line: previous?.line ?? index + 1, text: (previous?.text ?? "") + " " + comment))
            isOpen = true
        }
        return passages
    }

    /// What follows the marker, unless that is in quotes.
    private static func comment(of line: Substring, marker: String) -> Substring? {
        var rest = line
        while let range = rest.firstRange(of: marker) {
            let before = line[..<range.lowerBound]
            if before.count(where: { $0 == "\"" }).isMultiple(of: 2), before.last != ":" {
                return line[range.upperBound...]
            }
            rest = line[range.upperBound...]
        }
        return nil
    }

    /// The documentation of Python's modules, classes and functions.
    private static func documentation(of lines: [Substring]) -> [Prose] {
        var passages: [Prose] = []
        var start: Int?
        var text = ""
        for (index, line) in lines.enumerated() {
            let quotes = line.ranges(of: "\"\"\"").count
            if start == nil, !line.drop(while: { $0 == " " }).hasPrefix("\"\"\"") { continue }
            if start == nil { (start, text) = (index, "") }
            text += " " + line
            if quotes == 2 || quotes == 1 && start != index, let first = start {
                passages.append(Prose(line: first + 1, text: text))
                start = nil
            }
        }
        return passages
    }

    /// Names and titles of tests, with their words apart.
    private static func testNames(of file: SourceFile) -> [Prose] {
        guard file.path.hasPrefix("Tests/") else { return [] }
        return file.lines.enumerated().compactMap { index, line in
            if let title = line.firstMatch(of: /@(?:Test|Suite)\(\s*"([^"]*)"/) {
                return Prose(line: index + 1, text: String(title.output.1))
            }
            guard let name = line.firstMatch(of: /(?:func|def) (\w+)/) else { return nil }
            return Prose(line: index + 1, text: words(of: name.output.1))
        }
    }

    private static func words(of name: Substring) -> String {
        name.reduce(into: "") { words, character in
            if character.isUppercase { words += " " }
            words.append(character == "_" ? " " : character)
        }
    }

    /// Paragraphs and rows of a document, without its blocks of code.
    private static func paragraphs(of lines: [Substring]) -> [Prose] {
        var passages: [Prose] = []
        var isCode = false
        var isOpen = false
        for (index, line) in lines.enumerated() {
            if line.drop(while: { $0 == " " }).hasPrefix("```") { isCode.toggle() }
            guard !isCode, !line.isEmpty, !line.hasPrefix("```") else {
                isOpen = false
                continue
            }
            let previous = isOpen ? passages.popLast() : nil
            passages.append(Prose(line: previous?.line ?? index + 1, text: (previous?.text ?? "") + " " + line))
            isOpen = !line.hasPrefix("|")
        }
        return passages
    }

    /// A text without what is in back quotes and without the targets of links.
    private static func withoutCode(_ text: String) -> String {
        text.replacing(/`[^`]*`/, with: "").replacing(/\]\([^)]*\)/, with: "]")
    }
}
