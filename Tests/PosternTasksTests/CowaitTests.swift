import PosternTestSupport
import FoundationEssentials
import Postern
import PosternTasks
import Subprocess
import SystemPackage
import Testing
@testable import task_program

/// The programs of the page `Sources/Postern/Documentation.docc/ComingFrom/Cowait.md`.
@Suite(.timeLimit(.minutes(10)))
struct CowaitTests {
    private static let page =
        (try? String(contentsOfFile: "Sources/Postern/Documentation.docc/ComingFrom/Cowait.md", encoding: .utf8)) ?? ""

    @Test func aParentTaskCallsItsChildAndReturnsTheResult() async throws {
        #expect(try await Self.run("parent-calls-child") == "1337\n")
    }

    @Test func aParentWaitsForAFlagThatItsChildSets() async throws {
        #expect(try await Self.run("child-calls-parent") == "true\n")
    }

    @Test(arguments: [(0, "ParentCallsChild"), (1, "ChildCallsParent")])
    func theProgramsOfThePageAreTheFixtures(index: Int, folder: String) throws {
        let program = try String(contentsOfFile: "Tests/Fixtures/\(folder)/main.swift", encoding: .utf8)
        #expect(Self.blocks(of: "swift")[index] == program)
    }

    @Test func aPythonChildIsCalledByItsParent() async throws {
        try await withPython(0) { child in
            let value: Int = try await child.call("some_rpc_call")
            #expect(value == 1337)
            await child.stop()
        }
    }

    @Test func aPythonChildSetsAFlagOfItsParent() async throws {
        let router = Router()
        let isCalled = Flag()
        router.root.register("set_called") { isCalled.set() }
        try await withPython(1, router) { child in
            _ = try await child.result
            #expect(isCalled.isSet)
        }
    }

    /// Spawns a Python program of the page.
    private func withPython(
        _ index: Int,
        _ router: Router = Router(),
        _ body: (TaskProcess<PythonProgram>) async throws -> Void
    ) async throws {
        let file = TemporaryFile.path(ending: ".py")
        try Data(Self.blocks(of: "python")[index].utf8).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        let host = TaskHost(serving: router)
        var options = TaskOptions.lenient
        options.environment["PYTHONPATH"] = .some("public/python")
        let child = try await host.spawn(PythonProgram(file: file), options: options)
        try await body(child)
        await host.end()
    }

    private static func run(_ program: String) async throws -> String? {
        let run = try await Subprocess.run(
            .path(FilePath(Programs.path(of: program))),
            output: .string(limit: 10_000)
        )
        #expect(run.terminationStatus.isSuccess)
        return run.standardOutput
    }

    /// The code blocks of the page in a language.
    private static func blocks(of language: String) -> [String] {
        page.components(separatedBy: "```\(language)\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
    }
}

private struct PythonProgram: TaskDefinition {
    typealias Output = NoResult

    /// The task has no inputs; the file is part of its command.
    private enum CodingKeys: CodingKey {}

    var file = ""
    var command: TaskCommand { .program(".venv/bin/python", [file]) }
}
