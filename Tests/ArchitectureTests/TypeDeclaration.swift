/// A type that a file declares outside of all others.
struct TypeDeclaration {
    let name: String
    let path: String
    let lineCount: Int

    /// The types of a file; those of `#else` branches too.
    static func types(in file: SourceFile) -> [TypeDeclaration] {
        file.code.indices.compactMap { index in
            let words = CodeLine.words(of: file.code[index])
            guard file.code[index].first?.isWhitespace == false, let name = name(in: words) else { return nil }
            return TypeDeclaration(name: name, path: file.path, lineCount: length(of: file.code[index...]))
        }
    }

    /// The name after the keyword of a type; `class` may be a modifier.
    private static func name(in words: [Substring]) -> String? {
        guard let index = words.firstIndex(where: kinds.contains), words.index(after: index) < words.endIndex,
            words[..<index].allSatisfy({ !others.contains($0) })
        else { return nil }
        return String(words[index + 1])
    }

    /// The lines up to the brace that closes the type, which the formatter puts first on its line.
    private static func length(of code: ArraySlice<String>) -> Int {
        guard code.first?.last != "}" else { return 1 }
        return (code.firstIndex { $0.hasPrefix("}") } ?? code.endIndex - 1) - code.startIndex + 1
    }

    private static let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "actor"]
    private static let others: Set<Substring> = [
        "extension", "func", "var", "let", "import", "typealias", "init", "case",
    ]
}
