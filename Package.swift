// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "postern",
    products: [
        .library(name: "Postern", targets: ["Postern"]),
        .library(name: "PosternJSONRPC", targets: ["PosternJSONRPC"]),
    ],
    targets: [
        .target(name: "Postern"),
        .target(name: "PosternJSONRPC", dependencies: ["Postern"]),
        .testTarget(name: "PosternTests", dependencies: ["Postern"]),
        .testTarget(
            name: "PosternJSONRPCTests",
            dependencies: ["Postern", "PosternJSONRPC"],
            exclude: ["Corpus"]
        ),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .treatWarning("DeprecatedDeclaration", as: .warning),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
