/// The contents of `Package.swift` that tests check.
struct Manifest {
    /// The settings of all targets of this package.
    static let settings = [
        ".strictMemorySafety()",
        ".treatAllWarnings(as: .error)",
        ".treatWarning(\"DeprecatedDeclaration\", as: .warning)",
        ".enableUpcomingFeature(\"ExistentialAny\")",
        ".enableUpcomingFeature(\"ImmutableWeakCaptures\")",
        ".enableUpcomingFeature(\"InferIsolatedConformances\")",
        ".enableUpcomingFeature(\"InternalImportsByDefault\")",
        ".enableUpcomingFeature(\"MemberImportVisibility\")",
        ".enableUpcomingFeature(\"NonisolatedNonsendingByDefault\")",
    ]

    private static let toolsVersion = "// swift-tools-version: 6.3\n"
    private static let loop =
        "for target in package.targets where target.type != .system {\n    target.swiftSettings = [\n"
    private static let forbidden = [
        "unsafeFlags", "swiftLanguageMode", "enableExperimentalFeature", "-suppress-warnings",
    ]

    /// A valid manifest without modules.
    static let sound = toolsVersion + loop + settings.map { "        \($0),\n" }.joined() + "    ]\n}\n"

    private let text: String

    init(_ text: String) { self.text = text }

    /// The missing settings, and the settings that are not allowed.
    var faults: [String] {
        var faults = text.hasPrefix(Self.toolsVersion) ? [] : ["Package.swift: the tools version is not 6.3"]
        let end = text.ranges(of: Self.loop).last.map { text[$0.upperBound...] } ?? ""
        if end.isEmpty { faults.append("Package.swift: no loop gives every target the settings") }
        faults += Self.settings.filter { !end.isEmpty && !end.contains("        \($0),") }
            .map { "Package.swift: \($0) is missing" }
        return faults + Self.forbidden.filter(text.contains).map { "Package.swift: \($0) must not be used" }
    }

    /// The modules that are neither tests nor programs of tests.
    var modules: Set<String> {
        names(of: ["target", "executableTarget", "macro", "systemLibrary"]).subtracting(fixtures.keys)
            .subtracting(testSupport)
    }
    /// The libraries that only tests use, each in the folder of its name in `Tests`.
    var testSupport: Set<String> {
        Set(
            text.matches(of: /\.target\(name: "([^"]+)"[^\]]*\], path: "Tests\/([^"\/]+)"/)
                .filter { $0.output.1 == $0.output.2 }.map { String($0.output.1) }
        )
    }
    /// The programs and examples that are built for tests only, and the folder of each.
    var fixtures: [String: String] {
        let found = text.matches(
            of: /\.(?:executableTarget|target)\(\s*name: "([^"]+)"[^\]]*\],\s*path: "Tests\/Fixtures\/([^"]+)"/
        )
        return Dictionary(found.map { (String($0.output.1), String($0.output.2)) }) { $1 }
    }
    /// The modules that other packages can depend on.
    var products: Set<String> {
        Set(text.matches(of: /\.library\(name: "[^"]+", targets: \["([^"]+)"\]\)/).map { String($0.output.1) })
    }
    /// The test modules.
    var testModules: Set<String> { names(of: ["testTarget"]) }

    private func names(of kinds: [Substring]) -> Set<String> {
        Set(
            text.matches(of: /\.(\w+)\(\s*name: "([^"]+)"/).filter { kinds.contains($0.output.1) }
                .map { String($0.output.2) }
        )
    }
}
