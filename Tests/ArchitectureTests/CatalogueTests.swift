import Testing

/// The entry page of each library's catalogue names every public type, in a group, and nothing else.
@Suite struct CatalogueTests {
    /// The products of `Package.swift`, as `.ci/docs` reads them.
    private static let modules = SourceTree.text(of: "Package.swift").matches(of: /\.library\(name: "(\w+)"/)
        .map { String($0.output.1) }

    @Test func everyLibraryIsChecked() { #expect(Self.modules.count >= 9) }

    @Test(arguments: modules)
    func everyPublicTypeIsInAGroup(module: String) {
        let catalogue = Catalogue(of: module)
        let declared = Catalogue.declarations(in: SourceTree.files(in: ["Sources/\(module)/"]))
        #expect(declared.subtracting(catalogue.symbols).sorted() == [], "\(module).md does not name these")
        #expect(
            catalogue.symbols.subtracting(declared).sorted() == [],
            "\(module).md names these, which are not public"
        )
        #expect(catalogue.repeated == [])
    }

    @Test(arguments: modules)
    func everyArticleIsInAGroup(module: String) {
        let folder = "Sources/\(module)/Documentation.docc/"
        let names = SourceTree.paths.filter { $0.hasPrefix(folder) && $0.hasSuffix(".md") }
            .compactMap { $0.split(separator: "/").last?.dropLast(3) }.map(String.init)
        #expect(Set(names).subtracting([module]).symmetricDifference(Catalogue(of: module).articles) == [])
    }

    @Test(arguments: [
        ("public struct A {", "A"), ("public final class A<B>: C {", "A"), ("public macro A(", "A"),
        ("public func a<B>(", "a"), ("@frozen public enum A {", "A"), ("public indirect enum A {", "A"),
        ("public typealias A = B", "A"), ("package struct A {", ""), ("    public struct A {", ""),
        ("extension A {", ""), ("public nonisolated(unsafe) let a = 1", "a"), ("/// public struct A {", ""),
    ])
    func aDeclarationIsFound(line: String, name: String) {
        let found = Catalogue.declarations(in: [SourceFile(path: "A.swift", text: line)])
        #expect(found == (name.isEmpty ? [] : [name]))
    }

    @Test func aGroupIsRead() {
        let catalogue = Catalogue(
            "# ``A``\n\n``B``\n\n## Topics\n\n### C\n\n- ``D``\n- ``e(_:)``\n- <doc:F>\n- ``D``\n"
        )
        #expect(catalogue.symbols == ["D", "e"])
        #expect(catalogue.articles == ["F"])
        #expect(catalogue.repeated == ["D"])
    }
}
