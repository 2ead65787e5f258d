import FoundationEssentials

/// The files of this package on the disk.
enum SourceTree {
    /// The folder of `Package.swift`, found from where this file was compiled.
    static let root: String = {
        var url = URL(filePath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url.path
    }()

    /// Every file written by hand, by path from the root.
    static let paths: [String] = {
        let manager = FileManager.default
        var paths = (try? manager.contentsOfDirectory(atPath: root)) ?? []
        for folder in ["Sources", "Tests", "public", "docker", ".ci"] {
            let inside = (try? manager.subpathsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
            paths += inside.map { "\(folder)/\($0)" }
        }
        return paths.filter { !$0.contains("__pycache__") && isFile($0) }.sorted()
    }()

    /// Returns the text of a file; empty when the file does not exist or is not UTF-8.
    static func text(of path: String) -> String {
        (try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)) ?? ""
    }

    /// Returns the files below folders whose names have one of the endings.
    static func files(in folders: [String] = [""], endingIn endings: [String] = [".swift"]) -> [SourceFile] {
        all.filter { file in
            folders.contains { file.path.hasPrefix($0) } && endings.contains { file.path.hasSuffix($0) }
        }
    }

    /// All files, read once for all tests; without `Corpus`, whose bytes are invalid on purpose.
    private static let all = paths.filter { !$0.contains("/Corpus/") }.map { SourceFile(path: $0, text: text(of: $0)) }

    private static func isFile(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")
        return attributes?[.type] as? FileAttributeType == .typeRegular
    }
}

/// One file: its path from the root, and its text.
struct SourceFile {
    let path: String
    let lines: [Substring]
    /// The lines of Swift without comments and string literals.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = path.hasSuffix(".swift") ? lines.map { CodeLine.code(of: $0) } : []
    }

    /// The module of the file: the name of its folder in `Sources`, `Tests` or `Tests/Fixtures`.
    var module: String {
        let parts = path.split(separator: "/")
        let depth = path.hasPrefix("Tests/Fixtures/") ? 2 : 1
        return parts.count > depth + 1 ? String(parts[depth]) : ""
    }

    /// The number of lines, as counted by `wc`.
    var lineCount: Int { lines.count - (lines.last?.isEmpty == true ? 1 : 0) }
}
