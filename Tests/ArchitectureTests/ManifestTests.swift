import Testing

/// The settings and the modules of `Package.swift`.
@Suite struct ManifestTests {
    private static let manifest = Manifest(SourceTree.text(of: "Package.swift"))

    @Test func everySettingIsApplied() { #expect(Self.manifest.faults == []) }

    @Test func aSoundManifestHasNoFault() { #expect(Manifest(Manifest.sound).faults == []) }

    @Test(arguments: Manifest.settings)
    func aMissingSettingIsFound(setting: String) {
        let text = Manifest.sound.replacing("        \(setting),\n", with: "")
        #expect(Manifest(text).faults == ["Package.swift: \(setting) is missing"])
    }

    @Test(arguments: [
        ("for target in package.targets where target.type != .system {", "for target in package.targets.prefix(1) {"),
        ("// swift-tools-version: 6.3", "// swift-tools-version: 5.10"),
        (
            ".enableUpcomingFeature(\"ExistentialAny\"),",
            ".enableUpcomingFeature(\"ExistentialAny\"), .unsafeFlags([]),"
        ),
        (".strictMemorySafety(),", ".strictMemorySafety(), .swiftLanguageMode(.v5),"),
        (".strictMemorySafety(),", ".strictMemorySafety(), .enableExperimentalFeature(\"Lifetimes\"),"),
    ])
    func aWayAroundTheSettingsIsFound(sound: String, broken: String) {
        let text = Manifest.sound.replacing(sound, with: broken)
        #expect(Manifest(text).faults.count == 1)
    }

    @Test func everyModuleHasItsFolder() {
        let folders = Set(SourceTree.files(in: ["Sources/"], endingIn: [".swift", ".modulemap"]).map(\.module))
        #expect(folders.symmetricDifference(Self.manifest.modules) == [])
        // The fuzzers are compiled by `make fuzz`, together with the sources that they test.
        let tests = Set(SourceTree.files(in: ["Tests/"]).map(\.module)).subtracting(["Fuzzing"])
        let modules = Self.manifest.testModules.union(Self.manifest.fixtures.values).union(Self.manifest.testSupport)
        #expect(tests.symmetricDifference(modules) == [])
    }

    @Test func aFixtureIsNoModule() {
        let text =
            Manifest.sound + """
                .executableTarget(name: "a", dependencies: ["Postern"]),
                .executableTarget(
                    name: "b",
                    dependencies: ["Postern"],
                    path: "Tests/Fixtures/B"
                ),
                """
        #expect(Manifest(text).modules == ["a"])
        #expect(Manifest(text).fixtures == ["b": "B"])
    }

    @Test func aLibraryOfTestsIsNoModule() {
        let text =
            Manifest.sound + """
                .target(name: "a", dependencies: ["Postern"]),
                .target(name: "b", dependencies: ["Postern"], path: "Tests/b"),
                """
        #expect(Manifest(text).modules == ["a"])
        #expect(Manifest(text).testSupport == ["b"])
    }

    @Test func noProductHasALibraryOfTests() {
        let manifest = SourceTree.text(of: "Package.swift")
        #expect(!Self.manifest.testSupport.isEmpty)
        for module in Self.manifest.testSupport { #expect(!manifest.contains("targets: [\"\(module)\"]")) }
    }

    @Test func theTableOfImportsHasEveryModule() {
        let table = Set(ImportTable.libraries.keys).union(ImportTable.programs.keys)
        #expect(table.symmetricDifference(Self.manifest.modules) == [])
        let fixtures = Set(ImportTable.fixtures.keys)
        #expect(fixtures.symmetricDifference(Self.manifest.fixtures.values) == [])
        #expect(Set(ImportTable.testSupport.keys) == Self.manifest.testSupport)
    }

    @Test func thisModuleIsCompiledWithThem() {
        var features: Set<String> = []
        #if hasFeature(ExistentialAny)
        features.insert("ExistentialAny")
        #endif
        #if hasFeature(InternalImportsByDefault)
        features.insert("InternalImportsByDefault")
        #endif
        #if hasFeature(MemberImportVisibility)
        features.insert("MemberImportVisibility")
        #endif
        #if hasFeature(NonisolatedNonsendingByDefault)
        features.insert("NonisolatedNonsendingByDefault")
        #endif
        #if hasFeature(StrictMemorySafety)
        features.insert("StrictMemorySafety")
        #endif
        #expect(features.count == 5, "only \(features)")
    }
}
