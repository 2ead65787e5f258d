/// The declarations of a file that users of the package see.
struct PublicSurface {
    /// One line for each declaration: the type that it belongs to, and its signature.
    private(set) var entries: [String] = []
    /// How many of them are marked `public`; cases and requirements are public with their type.
    private(set) var count = 0

    private var contexts: [Context] = []
    private var depth = 0

    /// A type or an extension around the declarations that follow.
    private struct Context {
        let path: String
        /// The depth of braces inside it.
        let depth: Int
        /// The keywords of declarations that are public because the type is: cases, or requirements of a protocol.
        let shared: Set<Substring>
    }

    init(_ file: SourceFile) {
        var index = 0
        while index < file.code.count {
            let end = isAmongDeclarations ? Self.endOfSignature(from: index, in: file.code) : index
            if isAmongDeclarations { read(file, index...end) }
            for line in file.code[index...end] { follow(line) }
            index = end + 1
        }
    }

    /// Whether every brace is closed at the end of the file, so that no declaration was missed.
    var isComplete: Bool { depth == 0 }

    /// Whether the next line is outside of every body of a function.
    private var isAmongDeclarations: Bool { depth == contexts.last?.depth ?? 0 }

    private mutating func read(_ file: SourceFile, _ range: ClosedRange<Int>) {
        let words = CodeLine.words(of: file.code[range.lowerBound])
        guard let keyword = words.first(where: Self.keywords.contains) else { return }
        let isMarked = words.prefix { !Self.keywords.contains($0) || $0 == "class" }.contains("public")
        let isPublic = isMarked || contexts.last?.shared.contains(keyword) == true
        let path = contexts.last.map { $0.path + "." } ?? ""
        if isPublic, keyword != "import", keyword != "extension" {
            if isMarked { count += 1 }
            let text = Self.signature(of: file.lines[range])
            entries.append("\(file.module) \(path.isEmpty ? "" : path.dropLast() + ": ")\(text)")
        }
        guard Self.types.contains(keyword), let name = Self.name(after: keyword, in: file.code[range.lowerBound]) else {
            return
        }
        let shared: Set<Substring> =
            switch keyword {
            case "enum" where isMarked: ["case"]
            case "protocol" where isMarked: Self.keywords
            default: []
            }
        contexts.append(Context(path: path + name, depth: depth + 1, shared: shared))
    }

    private mutating func follow(_ code: String) {
        for byte in code.utf8 {
            if byte == UInt8(ascii: "{") { depth += 1 }
            if byte == UInt8(ascii: "}") { depth -= 1 }
        }
        while let last = contexts.last, depth < last.depth { contexts.removeLast() }
    }

    private static let types: Set<Substring> = ["struct", "class", "enum", "protocol", "actor", "extension"]
    private static let keywords: Set<Substring> = types.union([
        "func", "var", "let", "init", "subscript", "typealias", "associatedtype", "case", "macro", "import",
    ])

    private static func name(after keyword: Substring, in code: String) -> String? {
        code.firstRange(of: "\(keyword) ").map { range in
            String(code[range.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "." })
        }
    }

    /// The last line of a declaration without its body: brackets are closed, and no condition follows.
    private static func endOfSignature(from start: Int, in code: [String]) -> Int {
        var open = 0
        var index = start
        while index < code.count {
            open += code[index].count { $0 == "(" || $0 == "[" } - code[index].count { $0 == ")" || $0 == "]" }
            let next = index + 1 < code.count ? code[index + 1].drop { $0 == " " } : ""
            if open <= 0, !next.hasPrefix("where "), !next.hasPrefix("-> ") { return index }
            index += 1
        }
        return start
    }

    /// The text of a declaration on one line, without its access level and its body.
    private static func signature(of lines: ArraySlice<Substring>) -> String {
        let text = lines.map { $0.drop { $0 == " " } }.joined(separator: " ")
        let declaration = text.split(separator: " {", maxSplits: 1).first ?? ""
        return String(declaration).replacing("public ", with: "").replacing("( ", with: "(").replacing(" )", with: ")")
    }
}
