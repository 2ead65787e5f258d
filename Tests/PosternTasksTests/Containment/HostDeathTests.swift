import PosternTestSupport
import Foundation
import Subprocess
import SystemPackage
import Testing

@testable import PosternTasks

/// The end of a host by SIGKILL; the host is the fixture `task-launcher`.
@Suite(.timeLimit(.minutes(10)))
struct HostDeathTests {
    @Test(arguments: ["namespace", "guard"], ["socket", "none"])
    func noProcessRemainsWhenTheHostIsKilled(mode: String, input: String) async throws {
        let marker = UUID().uuidString
        let result = try await Subprocess.run(
            .path(FilePath(ContainedProcess.launcher)),
            arguments: [mode, input, "sh", "-c", LauncherSignalTests.stubborn],
            environment: .inherit.updating([.init(stringLiteral: MarkedProcesses.variable): marker]),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            for program in ["sleep 600", "sleep 601"] {
                #expect(await eventually { MarkedProcesses(marker).contains { $0.command.hasPrefix(program) } })
            }
            try execution.send(signal: .kill)
            #expect(await eventually { MarkedProcesses(marker).isEmpty })
        }
        #expect(result.terminationStatus == .signaled(SIGKILL))
    }

    /// The kernel sends the parent-death signal when the thread ends that has started the process.
    @Test func aProcessOutlivesTheTaskThatStartedIt() async throws {
        var process = await ContainedProcess()
        process.kind = .own
        let codes = try await withThrowingTaskGroup { [process] group in
            for _ in 0..<20 {
                group.addTask { try await process.run("sleep 0.2; exit 7").exit }
            }
            return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(codes == [.code(7): 20])
    }
}
