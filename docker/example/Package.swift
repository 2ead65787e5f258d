// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "service",
    dependencies: [
        // Outside this repository: .package(url: "https://…/postern", from: "1.0.0")
        .package(name: "postern", path: "../.."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "service",
            dependencies: [
                .product(name: "Postern", package: "postern"),
                .product(name: "PosternGateway", package: "postern"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        )
    ]
)
