import FoundationEssentials

/// The files of this package as they lie on the disk.
enum SourceTree {
    /// The folder of `Package.swift`, found from where this file was compiled.
    static let root: String = {
        var url = URL(filePath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url.path
    }()

    /// Every file that people write, by path from the root.
    static let paths: [String] = {
        let manager = FileManager.default
        var paths = (try? manager.contentsOfDirectory(atPath: root)) ?? []
        for folder in ["Sources", "Tests", "public", "docker", ".ci"] {
            let inside = (try? manager.subpathsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
            paths += inside.map { "\(folder)/\($0)" }
        }
        return paths.filter { !$0.contains("__pycache__") && isFile($0) }.sorted()
    }()

    /// The text of a file; empty when it is not there or no text.
    static func text(of path: String) -> String {
        (try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)) ?? ""
    }

    /// The files below a folder whose names end in one of these.
    static func files(in folders: [String] = [""], endingIn endings: [String] = [".swift"]) -> [SourceFile] {
        all.filter { file in
            folders.contains { file.path.hasPrefix($0) } && endings.contains { file.path.hasSuffix($0) }
        }
    }

    /// Everything that was read, once for all tests; `Corpus` holds bytes that are meant to be wrong.
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
    /// The lines of Swift without comments and without what stands in quotes.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = path.hasSuffix(".swift") ? lines.map { CodeLine.code(of: $0) } : []
    }

    /// The module that it belongs to: the folder below `Sources`, `Tests` or `Tests/Fixtures`.
    var module: String {
        let parts = path.split(separator: "/")
        let depth = path.hasPrefix("Tests/Fixtures/") ? 2 : 1
        return parts.count > depth + 1 ? String(parts[depth]) : ""
    }

    /// How many lines it has, as `wc` counts them.
    var lineCount: Int { lines.count - (lines.last?.isEmpty == true ? 1 : 0) }
}
