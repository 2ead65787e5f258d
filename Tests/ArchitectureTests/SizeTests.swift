import Testing

/// Limits on the length of files and lines, and no marks of unfinished work.
@Suite struct SizeTests {
    private static let maximumLines = 400
    private static let maximumMedian = 120
    /// Files that users copy into their programs, so each is a single file.
    private static let maximumLinesByPath = [
        "public/python/postern.py": 765, "public/python/postern_task.py": 490,
    ]
    private static let maximumColumns = 120
    private static let endings = [".swift", ".js", ".mjs", ".css", ".html", ".py", ".sh", ".h", "Makefile"]

    private static var files: [SourceFile] {
        SourceTree.files(endingIn: endings) + SourceTree.files(in: [".ci/"], endingIn: [""])
    }

    @Test func noFileIsLong() {
        #expect(Self.files.count > 200)
        #expect(Self.files.compactMap(Self.tooLong) == [])
    }

    @Test(arguments: [(399, false), (400, false), (401, true), (10_000, true)])
    func aLongFileIsFound(count: Int, isFound: Bool) {
        let file = SourceFile(path: "A.swift", text: String(repeating: "a\n", count: count))
        #expect((Self.tooLong(file) != nil) == isFound)
    }

    /// The formatter checks the lines of Swift.
    @Test func noLineOfPythonForUsersIsLong() {
        let files = SourceTree.files(in: ["public/python/"], endingIn: [".py"])
        #expect(files.count > 1)
        #expect(files.flatMap(Self.longLines) == [])
    }

    @Test(arguments: [(120, 0), (121, 1)])
    func aLongLineIsFound(columns: Int, count: Int) {
        let file = SourceFile(path: "a.py", text: "a\n" + String(repeating: "é", count: columns) + "\nb\n")
        #expect(Self.longLines(in: file).count == count)
    }

    @Test func halfOfTheSourcesAreShort() {
        #expect(Self.median(SourceTree.files(in: ["Sources/"]).map(\.lineCount)) <= Self.maximumMedian)
    }

    @Test func theMedianIsTheMiddle() {
        #expect(Self.median([]) == 0)
        #expect(Self.median([300]) == 300)
        #expect(Self.median([500, 1, 121]) == 121)
    }

    @Test func nothingIsLeftToDo() {
        #expect(Self.files.flatMap(Self.workMarks) == [])
    }

    @Test(arguments: marks, ["// %: later", "let a = 1 // %(me) now", "/* % */", "# % in a script"])
    func marksOfWorkAreFound(mark: String, line: String) {
        let file = SourceFile(path: "A.swift", text: line.replacing("%", with: mark))
        #expect(Self.workMarks(in: file).count == 1)
    }

    private static func tooLong(_ file: SourceFile) -> String? {
        let maximum = maximumLinesByPath[file.path] ?? maximumLines
        return file.lineCount > maximum ? "\(file.path): \(file.lineCount) lines, more than \(maximum)" : nil
    }

    private static func longLines(in file: SourceFile) -> [String] {
        file.lines.indices.filter { file.lines[$0].count > maximumColumns }
            .map { "\(file.path):\($0 + 1): more than \(maximumColumns) columns" }
    }

    private static func median(_ counts: [Int]) -> Int { counts.isEmpty ? 0 : counts.sorted()[counts.count / 2] }

    /// The marks, each in two parts, so that this file does not contain them.
    private static let marks = ["TO" + "DO", "FIX" + "ME"]

    private static func workMarks(in file: SourceFile) -> [String] {
        file.lines.indices.filter { index in marks.contains { file.lines[index].contains($0) } }
            .map { "\(file.path):\($0 + 1): \(file.lines[$0])" }
    }
}
