// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "postern",
    products: [
        .library(name: "Postern", targets: ["Postern"]),
        .library(name: "PosternJSONRPC", targets: ["PosternJSONRPC"]),
        .library(name: "PosternNIO", targets: ["PosternNIO"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2")
    ],
    targets: [
        .target(name: "Postern", exclude: ["WireProtocol.md"]),
        .target(
            name: "PosternNIO",
            dependencies: [
                "Postern",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .target(name: "PosternJSONRPC", dependencies: ["Postern"]),
        .testTarget(name: "PosternTests", dependencies: ["Postern"]),
        .testTarget(name: "PosternJSONRPCTests", dependencies: ["Postern", "PosternJSONRPC"]),
        .testTarget(
            name: "PosternNIOTests",
            dependencies: [
                "Postern",
                "PosternNIO",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
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
