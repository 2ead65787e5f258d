/// A test, as it stands in its file.
struct TestFunction {
    let path: String
    let name: String
    /// What it is called when it runs; empty where that is the function.
    let title: String

    /// Every test of the package.
    static let all = SourceTree.files(in: ["Tests/"]).filter { $0.path.hasSuffix("Tests.swift") }
        .flatMap { tests(in: SourceTree.text(of: $0.path), path: $0.path) }

    static func tests(in text: String, path: String) -> [TestFunction] {
        text.matches(of: /@Test(?:\(\s*"([^"\n]*)")?(?:[^\n]*\n){0,40}?[^\n]*func (\w+)/).map { match in
            TestFunction(path: path, name: String(match.output.2), title: match.output.1.map(String.init) ?? "")
        }
    }

    /// Whether its title names a row: `M6` or `Check 21`, not as a part of `M60`.
    func shows(_ row: String) -> Bool {
        let number = row.hasPrefix("21.") ? "21" : row
        return title.split { !($0.isLetter || $0.isNumber) }.contains { $0 == number }
    }
}
