/// One line of Swift as the rules look at it.
enum CodeLine {
    /// The line without its comment and its string literals; precise enough for the sources of this package.
    static func code(of line: Substring) -> String {
        var code: [UInt8] = []
        var isQuoted = false
        var previous = UInt8(ascii: " ")
        for byte in line.utf8 {
            if byte == UInt8(ascii: "\""), previous != UInt8(ascii: "\\") { isQuoted.toggle() }
            if byte == UInt8(ascii: "/"), previous == UInt8(ascii: "/"), !isQuoted {
                code.removeLast()
                break
            }
            if !isQuoted { code.append(byte) }
            previous = byte
        }
        return String(decoding: code, as: UTF8.self)
    }

    /// The words of a line: runs of letters, digits and underscores.
    static func words(of code: String) -> [Substring] {
        code.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    }

    /// The module that a line imports; `nil` when it imports none.
    static func importedModule(in code: String) -> String? {
        var words = code.split(separator: " ").drop { $0.hasPrefix("@") || accessLevels.contains($0) }
        guard words.popFirst() == "import" else { return nil }
        if let kind = words.first, kinds.contains(kind) { words.removeFirst() }
        return words.first.map { String($0.prefix { $0 != "." }) }
    }

    private static let accessLevels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<Substring> = [
        "typealias", "struct", "class", "enum", "protocol", "let", "var", "func",
    ]
}
