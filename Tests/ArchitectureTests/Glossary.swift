/// The words that `CONTRIBUTING.md` replaces by terms of the field.
///
/// The table under "Words" is the only list: its first column has the words in back quotes, its second what is
/// written in their place.
struct Glossary {
    /// The words that are not used, in lower case; some consist of several words.
    let words: [String]
    private let firstWords: Set<Substring>

    init(_ text: String) {
        let section = text.split(separator: "\n## ").first { $0.hasPrefix("Words\n") } ?? ""
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        words = rows.flatMap { row in
            let cell = row.dropFirst().prefix { $0 != "|" }
            return cell.matches(of: /`([^`]+)`/).map { String($0.output.1) }
        }
        firstWords = Set(words.map { $0.prefix { $0 != " " } })
    }

    /// The glossary of this package.
    static let shared = Glossary(SourceTree.text(of: "CONTRIBUTING.md"))

    /// The words of the glossary that a text uses, whatever their case, in the order of the glossary.
    func words(in text: String) -> [String] {
        let used = Self.lowercasedWords(of: text)
        let single = Set(used)
        guard !single.isDisjoint(with: firstWords) else { return [] }
        let spaced = " " + used.joined(separator: " ") + " "
        return words.filter { spaced.contains(" \($0) ") }
    }

    /// Runs of letters, with hyphens and apostrophes inside, so that `stand-in` is a word of its own.
    private static func lowercasedWords(of text: String) -> [Substring] {
        let separators = text.utf8.map { isPartOfWord($0) ? $0 | 0x20 : UInt8(ascii: " ") }
        return String(decoding: separators, as: UTF8.self).split(separator: " ")
    }

    /// Setting bit 5 makes letters of ASCII lower case, and leaves hyphens and apostrophes as they are.
    private static func isPartOfWord(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "'")
    }
}
