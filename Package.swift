// swift-tools-version: 6.3
import CompilerPluginSupport
import PackageDescription

/// A product of swift-syntax, for those who turn the macros on: nobody else fetches or compiles it.
func syntax(_ name: String) -> Target.Dependency {
    .product(name: name, package: "swift-syntax", condition: .when(traits: ["Macros"]))
}

let package = Package(
    name: "postern",
    products: [
        .library(name: "Postern", targets: ["Postern"]),
        .library(name: "PosternJSONRPC", targets: ["PosternJSONRPC"]),
        .library(name: "PosternNIO", targets: ["PosternNIO"]),
        .library(name: "PosternAuth", targets: ["PosternAuth"]),
        .library(name: "PosternAdmission", targets: ["PosternAdmission"]),
        .library(name: "PosternLogging", targets: ["PosternLogging"]),
        .library(name: "PosternMacros", targets: ["PosternMacros"]),
        .library(name: "PosternGateway", targets: ["PosternGateway"]),
        .library(name: "PosternTasks", targets: ["PosternTasks"]),
        .library(name: "LibWebSockets", targets: ["LibWebSockets"]),
    ],
    traits: [
        .trait(name: "Macros", description: "@Service, @Expose and @Remote of PosternMacros"),
        .trait(name: "TLS", description: "Native connections over TLS, by swift-nio-ssl"),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.1"),
    ],
    targets: [
        .target(name: "Postern", dependencies: ["PosternLedger", "PosternQueues", "PosternSchema"]),
        .target(name: "PosternQueues"),
        .target(name: "PosternPacing"),
        .target(name: "PosternLedger"),
        .target(name: "PosternSchema"),
        .target(name: "PosternAdmission"),
        .target(
            name: "PosternNIO",
            dependencies: [
                "Postern",
                "PosternLedger",
                "PosternAdmission",
                "PosternPacing",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["TLS"])),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "PosternAuth",
            dependencies: ["Postern", .product(name: "Crypto", package: "swift-crypto")]
        ),
        .target(
            name: "PosternLogging",
            dependencies: ["Postern", .product(name: "Logging", package: "swift-log")]
        ),
        .target(
            name: "PosternMacrosExpansion",
            dependencies: [
                syntax("SwiftDiagnostics"), syntax("SwiftParser"), syntax("SwiftSyntax"), syntax("SwiftSyntaxBuilder"),
                syntax("SwiftSyntaxMacros"),
            ]
        ),
        .macro(
            name: "PosternMacrosPlugin",
            dependencies: ["PosternMacrosExpansion", syntax("SwiftCompilerPlugin"), syntax("SwiftSyntaxMacros")]
        ),
        .target(name: "PosternMacros", dependencies: ["Postern", "PosternMacrosPlugin"]),
        .target(name: "PosternJSONRPC", dependencies: ["Postern", "PosternLedger", "PosternQueues"]),
        .systemLibrary(
            name: "CLibWebSockets",
            pkgConfig: "libwebsockets",
            providers: [.apt(["libwebsockets-dev", "libwebsockets-evlib-uv", "libuv1-dev"])]
        ),
        .target(
            name: "LibWebSockets",
            dependencies: ["CLibWebSockets", "PosternAdmission", "PosternLedger", "PosternPacing", "PosternQueues"]
        ),
        .target(
            name: "PosternGateway",
            dependencies: [
                "Postern", "PosternAdmission", "PosternJSONRPC", "PosternLedger", "PosternLogging", "PosternQueues",
                "LibWebSockets",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(
            name: "PosternTasks",
            dependencies: [
                "Postern", "PosternJSONRPC", "PosternNIO",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "PosternPrograms",
            dependencies: [
                "LibWebSockets", "Postern", "PosternAdmission", "PosternAuth", "PosternGateway", "PosternJSONRPC",
                "PosternLedger", "PosternLogging",
                "PosternNIO",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .executableTarget(
            name: "postern",
            dependencies: [
                "Postern", "PosternJSONRPC", "PosternLogging", "PosternNIO", "PosternGateway", "PosternPrograms",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                // Without the trait: the program reaches proxies that end TLS in every build, and no library does.
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        // What the programs that measure share; it is no product.
        .target(
            name: "PosternMeasuring",
            dependencies: [.product(name: "NIOCore", package: "swift-nio")]
        ),
        .executableTarget(
            name: "postern-bench",
            dependencies: [
                "Postern", "PosternJSONRPC", "PosternNIO", "LibWebSockets", "PosternGateway", "PosternPrograms",
                "PosternTasks", "PosternMeasuring",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            exclude: ["Against", "Cowait", "Peers"]
        ),
        .executableTarget(
            name: "postern-torture",
            dependencies: [
                "Postern", "PosternAuth", "PosternMeasuring", "PosternNIO", "PosternPrograms",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "postern-demo",
            dependencies: [
                "Postern", "PosternLogging", "PosternNIO", "PosternGateway", "PosternPrograms", "PosternTasks",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .executableTarget(
            name: "native-peer",
            dependencies: ["Postern", "PosternNIO"],
            path: "Tests/Fixtures/NativePeer"
        ),
        .executableTarget(
            name: "case-service",
            dependencies: ["LibWebSockets", "Postern", "PosternGateway", "PosternNIO", "PosternPrograms"],
            path: "Tests/Fixtures/CaseService"
        ),
        // The types whose schemas tests compare with what the codecs read and write.
        .target(name: "SampleTypes", dependencies: ["Postern"], path: "Tests/Fixtures/SampleTypes"),
        .executableTarget(
            name: "type-service",
            dependencies: [
                "LibWebSockets", "Postern", "PosternGateway", "PosternJSONRPC", "PosternNIO", "PosternPrograms",
                "SampleTypes",
            ],
            path: "Tests/Fixtures/TypeService"
        ),
        // The examples of the documents, compiled as a package of their readers would be: with what is public alone.
        .target(
            name: "DocumentExamples",
            dependencies: [
                "LibWebSockets", "Postern", "PosternAdmission", "PosternAuth", "PosternGateway", "PosternJSONRPC",
                "PosternLogging",
                "PosternNIO", "PosternTasks",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/Fixtures/DocumentExamples",
            packageAccess: false
        ),
        .executableTarget(
            name: "task-program",
            dependencies: ["Postern", "PosternTasks", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/Fixtures/TaskProgram",
            exclude: ["child.py", "endless.py", "failing.py"]
        ),
        .executableTarget(
            name: "task-launcher",
            dependencies: [
                "PosternNIO", "PosternTasks",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/Fixtures/TaskLauncher"
        ),
        .executableTarget(
            name: "parent-calls-child",
            dependencies: ["Postern", "PosternTasks"],
            path: "Tests/Fixtures/ParentCallsChild"
        ),
        .executableTarget(
            name: "child-calls-parent",
            dependencies: ["Postern", "PosternTasks"],
            path: "Tests/Fixtures/ChildCallsParent"
        ),
        // Helpers that several test modules share; it is no product.
        .target(name: "PosternTestSupport", dependencies: ["Postern"], path: "Tests/PosternTestSupport"),
        .testTarget(name: "ArchitectureTests", exclude: ["WordingExceptions.txt"]),
        .testTarget(name: "PosternTests", dependencies: ["Postern", "PosternTestSupport"]),
        .testTarget(name: "PosternSchemaTests", dependencies: ["PosternSchema"]),
        .testTarget(name: "PosternLedgerTests", dependencies: ["PosternLedger"]),
        .testTarget(name: "PosternPacingTests", dependencies: ["PosternPacing"]),
        .testTarget(name: "PosternQueuesTests", dependencies: ["PosternQueues"]),
        .testTarget(name: "PosternAdmissionTests", dependencies: ["PosternAdmission"]),
        .testTarget(
            name: "LibWebSocketsTests",
            dependencies: ["LibWebSockets", "PosternAdmission", "PosternTestSupport"]
        ),
        .testTarget(
            name: "PosternJSONRPCTests",
            dependencies: ["Postern", "PosternJSONRPC", "PosternLedger", "PosternTestSupport"],
            exclude: ["Corpus"]
        ),
        .testTarget(name: "PosternMeasuringTests", dependencies: ["PosternMeasuring"]),
        .testTarget(
            name: "PosternTortureTests",
            dependencies: [
                "PosternMeasuring", "postern-torture", .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "PosternCommandTests",
            dependencies: [
                "Postern", "PosternJSONRPC", "PosternNIO", "PosternPrograms", "postern",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "PosternDemoTests",
            dependencies: ["Postern", "PosternJSONRPC", "PosternTasks", "PosternTestSupport", "postern-demo"]
        ),
        .testTarget(
            name: "PosternLoggingTests",
            dependencies: ["Postern", "PosternLogging", .product(name: "Logging", package: "swift-log")]
        ),
        .testTarget(
            name: "PosternGatewayTests",
            dependencies: [
                "Postern", "PosternJSONRPC", "PosternAdmission", "PosternGateway", "LibWebSockets",
                "PosternTestSupport",
            ]
        ),
        .testTarget(
            name: "PosternTasksTests",
            dependencies: [
                "Postern", "PosternNIO", "PosternTasks", "PosternTestSupport", "parent-calls-child",
                "child-calls-parent", "task-launcher", "task-program",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(name: "PosternAuthTests", dependencies: ["Postern", "PosternAuth", "PosternTestSupport"]),
        .testTarget(
            name: "PosternMacrosTests",
            dependencies: [
                "Postern", "PosternMacros", "PosternMacrosExpansion", "PosternNIO", "PosternTasks", "SampleTypes",
                syntax("SwiftDiagnostics"), syntax("SwiftSyntax"), syntax("SwiftSyntaxBuilder"),
                syntax("SwiftSyntaxMacroExpansion"), syntax("SwiftSyntaxMacrosGenericTestSupport"),
            ]
        ),
        // Its own types have the names that macros write.
        .testTarget(
            name: "ClashingNamesTests",
            dependencies: [
                "Postern", "PosternMacros", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "PosternTLSTests",
            dependencies: [
                "Postern",
                "PosternAuth",
                "PosternNIO",
                "PosternTestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "PosternNIOTests",
            dependencies: [
                "Postern",
                "PosternAdmission",
                "PosternAuth",
                "PosternNIO",
                "PosternTestSupport",
                "native-peer",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["Hostile/Faults.md"]
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

// What `make test-threads` builds: the core, its sockets, and their tests.
if Context.environment["POSTERN_TESTS"] == "threads" {
    let kept: Set = [
        "Postern", "PosternAdmission", "PosternAuth", "PosternLedger", "PosternNIO", "PosternPacing", "PosternQueues",
        "PosternSchema",
        "native-peer",
        "PosternTestSupport",
        "PosternTests", "PosternNIOTests",
    ]
    package.products.removeAll { !kept.contains($0.name) }
    package.targets.removeAll { !kept.contains($0.name) }
}

// What images are built from: the tests, and the programs that only they start, are not there.
if Context.environment["POSTERN_TESTS"] == "none" {
    package.targets.removeAll { $0.type == .test || $0.path?.hasPrefix("Tests/") == true }
}
