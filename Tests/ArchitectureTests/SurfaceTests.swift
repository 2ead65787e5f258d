import FoundationEssentials
import Testing

/// What users of the package see: `API.txt` lists it, so that every change of it is read in review.
@Suite struct SurfaceTests {
    private static let maximumDeclarations = 700
    private static let products = Manifest(SourceTree.text(of: "Package.swift")).products

    private static let surfaces = SourceTree.files(in: products.sorted().map { "Sources/\($0)/" }).map(
        PublicSurface.init
    )
    /// A requirement and its default implementation are one line.
    private static let listing = Set(surfaces.flatMap(\.entries)).sorted()

    @Test func theListOfPublicDeclarationsIsTrue() throws {
        #expect(Self.surfaces.allSatisfy { $0.isComplete })
        if ProcessInfo.processInfo.environment["POSTERN_WRITE_API"] != nil {
            let text = Self.listing.joined(separator: "\n") + "\n"
            try text.write(toFile: "\(SourceTree.root)/API.txt", atomically: true, encoding: .utf8)
        }
        let listed = SourceTree.text(of: "API.txt").split(separator: "\n").map(String.init)
        let difference = Self.listing.difference(from: listed)
        #expect(difference.isEmpty, "`make api` writes API.txt anew: \(difference)")
    }

    @Test func theSurfaceIsSmall() {
        let count = Self.surfaces.map(\.count).reduce(0, +)
        #expect((300...Self.maximumDeclarations).contains(count), "\(count) public declarations")
    }

    @Test(arguments: [
        ("public struct A: B {\n    public var c = 1\n    var d = 2\n}", ["M struct A: B", "M A: var c = 1"]),
        (
            "extension A.B {\n    public func c(\n        d: Int\n    ) -> E\n    where F: G {\n    }\n}",
            ["M A.B: func c(d: Int) -> E where F: G"]
        ),
        (
            "public enum A {\n    case b\n    package var c: Int { 1 }\n    var d: Int { 2 }\n}",
            ["M enum A", "M A: case b"]
        ),
        ("public protocol A {\n    func b()\n}", ["M protocol A", "M A: func b()"]),
        ("struct A {\n    func b() {\n        let public = 1\n    }\n    public let c: D\n}", ["M A: let c: D"]),
        ("public import A\npackage struct B {}", []),
    ])
    func theSurfaceOfAFileIsFound(text: String, entries: [String]) {
        let file = SourceFile(path: "Sources/M/A.swift", text: text)
        #expect(PublicSurface(file).entries == entries)
    }
}
