/// A passage of prose in a file: a comment, a paragraph, a message, or the name of a test.
struct Prose {
    /// The number of its first line, counted from 1.
    let line: Int
    let text: String

    /// Returns the prose of a file, without code in back quotes.
    static func passages(of file: SourceFile) -> [Prose] {
        let passages =
            switch file.path {
            case let path where path.hasSuffix(".md"): paragraphs(of: file.lines)
            case let path where path.hasSuffix(".swift"):
                comments(of: file.lines, marker: "//") + testNames(of: file) + messages(of: file)
            case let path where path.hasSuffix(".js") || path.hasSuffix(".mjs"): comments(of: file.lines, marker: "//")
            default: comments(of: file.lines, marker: "#") + documentation(of: file.lines) + testNames(of: file)
            }
        return passages.map { Prose(line: $0.line, text: withoutCode($0.text)) }
    }

    /// Returns the comments; those of consecutive lines are one passage.
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

    /// Returns the text after the marker, unless the marker is in a string literal or part of a URL.
    private static func comment(of line: Substring, marker: String) -> Substring? {
        let bytes = line.utf8
        let wanted = Array(marker.utf8)
        var isQuoted = false
        var previous = UInt8(ascii: " ")
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, bytes[index] == wanted[0], previous != UInt8(ascii: ":"), bytes[index...].starts(with: wanted)
            {
                return line[bytes.index(index, offsetBy: wanted.count)...]
            }
            previous = bytes[index]
        }
        return nil
    }

    /// Returns the docstrings of Python.
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

    /// Returns the string literals of the sources that are sentences: errors, log lines and texts of help.
    private static func messages(of file: SourceFile) -> [Prose] {
        guard file.path.hasPrefix("Sources/") else { return [] }
        return file.lines.enumerated().flatMap { index, line in
            guard !line.drop(while: { $0 == " " }).hasPrefix("//") else { return [Prose]() }
            let literals = line.matches(of: /"((?:[^"\\]|\\.)*)"/).map(\.output.1)
            // A name of one or two words is code, such as a key or a path.
            return literals.filter { $0.count(where: { $0 == " " }) >= 2 }.map { literal in
                Prose(line: index + 1, text: String(literal).replacing(/\\\([^)]*\)/, with: ""))
            }
        }
    }

    /// Returns the names and titles of tests, with the words of names separated.
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

    /// Returns the paragraphs and table rows of a document, without its code blocks.
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

    /// Returns a text without code in back quotes and without the targets of links.
    private static func withoutCode(_ text: String) -> String {
        var prose: [UInt8] = []
        var end: UInt8?
        for byte in text.utf8 {
            switch (byte, end) {
            case (_, byte): end = nil
            case (UInt8(ascii: "`"), nil): end = byte
            case (UInt8(ascii: "("), nil) where prose.last == UInt8(ascii: "]"): end = UInt8(ascii: ")")
            case (_, nil): prose.append(byte)
            default: break
            }
        }
        return String(decoding: prose, as: UTF8.self)
    }
}
