import Testing

/// The creation of errors in the libraries.
@Suite struct ErrorTests {
    private static let libraries = ["Postern", "PosternGateway", "PosternJSONRPC", "PosternNIO"]

    /// `executed:` is for authors of handlers, and is sent to the caller; libraries use `ran:`.
    @Test func librariesDoNotSpeakForHandlers() {
        let files = SourceTree.files(in: Self.libraries.map { "Sources/\($0)/" }).filter { !Self.isAllowed($0.path) }
        #expect(files.count > 100)
        #expect(files.flatMap(Self.statements) == [])
    }

    @Test(arguments: [
        (#"throw CallError(.busy, "No place", executed: .no)"#, 1),
        (#"throw CallError(.busy, "No place", ran: .no)"#, 0),
        (#"throw CallError(.busy, "No place")"#, 0), (#"/// CallError(.busy, "No place", executed: .no)"#, 0),
    ])
    func aStatementIsFound(line: String, count: Int) {
        #expect(Self.statements(in: SourceFile(path: "A.swift", text: line)).count == count)
    }

    /// Error types of applications may use it for their handlers.
    private static func isAllowed(_ path: String) -> Bool {
        path.hasSuffix("/CallError.swift") || path.hasSuffix("/TransferableError.swift")
    }

    private static func statements(in file: SourceFile) -> [String] {
        file.code.filter { $0.contains("CallError(") && $0.contains("executed: ") }
            .map { "\(file.path): says executed: for a handler, where the library knows ran: — \($0)" }
    }
}
