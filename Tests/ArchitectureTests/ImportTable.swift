/// The modules that each module may import; every new dependency is added here.
enum ImportTable {
    /// The modules that every module may import: parts of Swift without threads, sockets or files of their own.
    static let everywhere: Set<String> = ["FoundationEssentials", "Synchronization"]

    /// The imports of the libraries.
    static let libraries: [String: Set<String>] = [
        "Postern": ["PosternLedger", "PosternQueues", "PosternSchema"],
        "PosternAdmission": ["Glibc"],
        "PosternAuth": ["Postern", "Crypto"],
        "PosternJSONRPC": ["Postern", "PosternLedger", "PosternQueues"],
        "PosternLedger": ["Glibc"],
        "PosternLogging": ["Postern", "Dispatch", "Logging"],
        "PosternMacros": ["Postern"],
        "PosternMacrosExpansion": [
            "SwiftDiagnostics", "SwiftParser", "SwiftSyntax", "SwiftSyntaxBuilder", "SwiftSyntaxMacros",
        ],
        "PosternMacrosPlugin": ["PosternMacrosExpansion", "SwiftCompilerPlugin", "SwiftSyntaxMacros"],
        "PosternNIO": [
            "Postern", "PosternAdmission", "PosternLedger", "PosternPacing", "Glibc", "NIOCore", "NIOPosix", "NIOSSL",
            "SystemPackage",
        ],
        "PosternPacing": [],
        "PosternQueues": [],
        "PosternSchema": [],
        "CLibWebSockets": [],
        "LibWebSockets": [
            "CLibWebSockets", "Dispatch", "Glibc", "PosternAdmission", "PosternLedger", "PosternPacing",
            "PosternQueues",
        ],
        "PosternTasks": [
            "Postern", "PosternJSONRPC", "PosternNIO", "Dispatch", "Glibc", "Logging", "NIOCore", "NIOPosix",
            "Subprocess", "SystemPackage",
        ],
        "PosternGateway": [
            "Postern", "PosternAdmission", "PosternJSONRPC", "PosternLedger", "PosternLogging", "PosternQueues",
            "LibWebSockets", "Logging",
            "ServiceLifecycle",
        ],
    ]

    /// The imports of the programs, and of the module with their shared options.
    static let programs: [String: Set<String>] = [
        "PosternPrograms": [
            "LibWebSockets", "Postern", "PosternAdmission", "PosternAuth", "PosternGateway", "PosternJSONRPC",
            "PosternLedger",
            "PosternLogging", "PosternNIO",
            "ArgumentParser",
            "Dispatch", "Glibc",
            "Logging", "NIOCore", "NIOPosix",
            "ServiceLifecycle", "SystemPackage", "UnixSignals",
        ],
        "postern": [
            "Postern", "PosternGateway", "PosternJSONRPC", "PosternLogging", "PosternNIO", "PosternPrograms",
            "ArgumentParser", "Glibc", "Logging", "NIOCore", "NIOHTTP1",
            "NIOPosix", "NIOSSL", "NIOWebSocket", "ServiceLifecycle", "SystemPackage",
        ],
        "PosternMeasuring": ["NIOCore"],
        "postern-bench": [
            "LibWebSockets", "Postern", "PosternGateway", "PosternJSONRPC", "PosternMeasuring", "PosternNIO",
            "PosternPrograms", "PosternTasks", "ArgumentParser", "Foundation", "Glibc", "Logging", "NIOCore",
            "NIOPosix", "ServiceLifecycle",
        ],
        "postern-torture": [
            "Postern", "PosternAuth", "PosternMeasuring", "PosternNIO", "PosternPrograms", "ArgumentParser",
            "Foundation", "Glibc", "NIOCore", "NIOPosix", "UnixSignals",
        ],
        "postern-demo": [
            "Postern", "PosternGateway", "PosternLogging", "PosternNIO", "PosternPrograms", "PosternTasks",
            "ArgumentParser", "Logging", "Glibc", "ServiceLifecycle", "SystemPackage",
        ],
    ]

    /// The imports of the programs that only tests start, by folder.
    static let fixtures: [String: Set<String>] = [
        "CaseService": ["LibWebSockets", "Postern", "PosternGateway", "PosternNIO", "PosternPrograms"],
        "DocumentExamples": [
            "LibWebSockets", "Logging", "Postern", "PosternAdmission", "PosternAuth", "PosternGateway",
            "PosternJSONRPC", "PosternLogging", "PosternNIO", "PosternTasks", "ServiceLifecycle", "UnixSignals",
        ],
        "SampleTypes": ["Postern"],
        "TypeService": [
            "LibWebSockets", "Postern", "PosternGateway", "PosternJSONRPC", "PosternNIO", "PosternPrograms",
            "SampleTypes",
        ],
        "ParentCallsChild": ["Postern", "PosternTasks"],
        "ChildCallsParent": ["Postern", "PosternTasks"],
        "NativePeer": ["Postern", "PosternNIO"],
        "TaskProgram": ["Postern", "PosternTasks", "Glibc", "SystemPackage"],
        "TaskLauncher": ["PosternNIO", "PosternTasks", "Dispatch", "Glibc", "Subprocess", "SystemPackage"],
    ]

    /// The imports of the libraries that only tests use.
    static let testSupport: [String: Set<String>] = ["PosternTestSupport": ["Postern"]]

    /// Returns the imports of a file that are not in the table.
    static func violations(in file: SourceFile) -> [String] {
        let own =
            libraries[file.module] ?? programs[file.module] ?? fixtures[file.module] ?? testSupport[file.module]
        guard let own else {
            return ["\(file.path): the module \(file.module) is not in the table of imports"]
        }
        let allowed = own.union(everywhere)
        return file.code.compactMap(CodeLine.importedModule).filter { !allowed.contains($0) }
            .map { "\(file.path): \(file.module) may not import \($0)" }
    }
}
