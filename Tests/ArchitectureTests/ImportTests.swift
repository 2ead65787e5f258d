import Testing

@Suite struct ImportTests {
    @Test func everyImportIsInTheTable() {
        // The programs that Postern is compared with are separate packages.
        let files = SourceTree.files(in: ["Sources/", "Tests/Fixtures/", "Tests/PosternTestSupport/"])
            .filter { !$0.path.contains("/Peers/") }
        let violations = files.flatMap(ImportTable.violations)
        #expect(violations == [])
    }

    @Test(arguments: [
        ("Sources/Postern/Peer/Peer.swift", "import NIOCore"),
        ("Sources/Postern/Peer/Peer.swift", "public import LibWebSockets"),
        ("Sources/PosternGateway/Gateway.swift", "@preconcurrency import NIOPosix"),
        ("Sources/PosternGateway/Gateway.swift", "import CLibWebSockets"),
        ("Sources/PosternNIO/Address.swift", "import struct ArgumentParser.Argument"),
        ("Sources/PosternJSONRPC/JSON/JSON.swift", "private import Foundation"),
        ("Tests/Fixtures/NativePeer/NativePeer.swift", "import NIOCore"),
        ("Tests/PosternTestSupport/Gate.swift", "import Testing"),
        ("Sources/PosternMacros/Service.swift", "import SwiftSyntax"),
        ("Sources/Newcomer/Newcomer.swift", "import Postern"),
    ])
    func whatIsNotInTheTableIsFound(path: String, line: String) {
        #expect(ImportTable.violations(in: SourceFile(path: path, text: line)).count == 1)
    }

    @Test func theCoreImportsNoTransport() {
        #expect(ImportTable.libraries["Postern"] == ["PosternLedger", "PosternQueues", "PosternSchema"])
        #expect(ImportTable.libraries["PosternJSONRPC"] == ["Postern", "PosternLedger", "PosternQueues"])
    }

    @Test func onlyTheBridgeImportsC() {
        let all = ImportTable.libraries.merging(ImportTable.programs) { $1 }
        #expect(all.filter { $0.value.contains("CLibWebSockets") }.map(\.key) == ["LibWebSockets"])
        let tests = SourceTree.files(in: ["Tests/"])
            .filter { $0.code.contains { CodeLine.importedModule(in: $0) == "CLibWebSockets" } }
        #expect(tests.map(\.path) == [])
    }

    @Test func theGatewayKnowsNothingOfNIO() {
        let nio = ImportTable.libraries["PosternGateway", default: []].filter {
            $0.hasSuffix("NIO") || $0.hasPrefix("NIO")
        }
        #expect(nio == [])
    }

    @Test func sourcesImportNoLibraryOfTests() {
        let all = ImportTable.libraries.merging(ImportTable.programs) { $1 }
        #expect(all.values.allSatisfy { $0.isDisjoint(with: ImportTable.testSupport.keys) })
    }

    @Test(arguments: ImportTable.libraries.keys.sorted())
    func aLibraryImportsNoProgram(library: String) {
        let forbidden = Set(ImportTable.programs.keys).union(["ArgumentParser"])
        #expect(ImportTable.libraries[library, default: []].isDisjoint(with: forbidden))
    }
}
