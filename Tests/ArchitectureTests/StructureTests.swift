import Testing

/// Files named after the one type that they hold, and types with names of their own.
@Suite struct StructureTests {
    /// What Postern is measured beside is a package of its own.
    private static let files = SourceTree.files(in: ["Sources/"]).filter { !$0.path.contains("/Peers/") }
    private static let core = SourceTree.files(in: ["Sources/Postern/"])
    private static let maximumFilesOfTheCore = 140
    /// A shorter file, or type, belongs to the one that it serves.
    private static let minimumLines = 20

    @Test func theCoreHasFewFiles() {
        #expect((50...Self.maximumFilesOfTheCore).contains(Self.core.count), "\(Self.core.count) files")
    }

    @Test func noFileIsAFragment() {
        #expect(Self.files.filter { $0.lineCount < Self.minimumLines }.map(\.path) == [])
    }

    @Test func aFileHoldsOneType() {
        let crowded = Self.files.filter { Self.largeTypes(in: $0).count > 1 }
        #expect(crowded.map { "\($0.path): \(Self.largeTypes(in: $0).map(\.name))" } == [])
    }

    @Test func noTwoTypesShareAName() {
        let types = Self.files.flatMap(TypeDeclaration.types)
        #expect(types.count > 300)
        let shared = Dictionary(grouping: types, by: \.name).mapValues { Set($0.map(\.path)) }.filter { $1.count > 1 }
        #expect(shared.isEmpty)
    }

    @Test(arguments: [
        ("struct A {\n}\n\nfinal class B: C {}\n", ["A", "B"]), ("@MainActor public enum A: B {\n}", ["A"]),
        ("extension A {\n    struct B {}\n}", []), ("func a(_ class: B) {}", []), ("private actor A<B> {", ["A"]),
    ])
    func typesAreFound(text: String, names: [String]) {
        #expect(TypeDeclaration.types(in: SourceFile(path: "A.swift", text: text)).map(\.name) == names)
    }

    private static func largeTypes(in file: SourceFile) -> [TypeDeclaration] {
        TypeDeclaration.types(in: file).filter { $0.lineCount > minimumLines }
    }
}
