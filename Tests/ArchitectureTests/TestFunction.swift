/// A test function in a source file.
struct TestFunction {
    let path: String
    let name: String
    /// The title of the test; empty without one.
    let title: String

    /// All tests of the package.
    static let all = SourceTree.files(in: ["Tests/"]).filter { $0.path.hasSuffix("Tests.swift") }
        .flatMap { tests(in: SourceTree.text(of: $0.path), path: $0.path) }

    static func tests(in text: String, path: String) -> [TestFunction] {
        text.matches(of: /@Test(?:\(\s*"([^"\n]*)")?(?:[^\n]*\n){0,40}?[^\n]*func (\w+)/).map { match in
            TestFunction(path: path, name: String(match.output.2), title: match.output.1.map(String.init) ?? "")
        }
    }

    /// Returns whether the title contains the number of a row, such as `M6`, but not as a part of `M60`.
    func shows(_ row: String) -> Bool {
        title.split { !($0.isLetter || $0.isNumber) }.contains { $0 == row }
    }

    /// The numbers before the colon of the title, such as `M6` and `M18` of "M6, M18: a frame"; empty without one.
    var numbers: [String] {
        let prefix = title.prefixMatch(of: /([^:`]*?\d[^:`]*):\s/)
        return prefix?.output.1.split { $0 == "," || $0 == " " }.map(String.init) ?? []
    }
}
