import Foundation
import Testing

@testable import PosternTasks

/// The limits on the resources of running processes.
@Suite(.timeLimit(.minutes(10)))
struct LimitTests {
    @Test(arguments: [Containment.Kind.own, .foreign])
    func theLimitsAreEnforced(kind: Containment.Kind) async throws {
        var process = await ContainedProcess()
        process.kind = kind
        process.limits = TaskLimits(memoryBytes: 64 << 20, processorTime: .milliseconds(6_500), openFiles: 17)
        // The soft limits of data in KiB, processor time in seconds and files, and the hard limit of processor time.
        let script = "ulimit -S -d; ulimit -S -t; ulimit -n; ulimit -H -t"
        #expect(try await process.run(script).output == "65536\n7\n17\n8\n")
    }

    @Test func aLimitOfFilesAboveThatOfThisProcessIsClamped() async throws {
        var process = await ContainedProcess()
        process.limits = TaskLimits(openFiles: .max)
        let (exit, output) = try await process.run("ulimit -n")
        #expect(exit == .code(0))
        #expect(Int(output.dropLast()) == SystemCalls.maximumOpenFiles)
    }

    @Test func aProgramCannotHaveMoreMemoryThanItsLimit() async throws {
        var process = await ContainedProcess()
        let script = ["dd", "if=/dev/zero", "of=/dev/null", "bs=100M", "count=1"]
        #expect(try await process.run(script).exit == .code(0))
        process.limits = TaskLimits(memoryBytes: 64 << 20)
        #expect(try await process.run(script).exit == .code(1))
    }

    @Test(arguments: [
        (Containment.Kind.own, true, "while :; do :; done"), (.foreign, true, "while :; do :; done"),
        (.foreign, true, "trap '' XCPU; while :; do :; done"), (.foreign, false, "trap '' XCPU; while :; do :; done"),
    ])
    func aProgramThatUsesUpItsProcessorTimeEndsWithThatReason(
        kind: Containment.Kind,
        inNamespace: Bool,
        script: String
    ) async throws {
        var process = await ContainedProcess(inNamespace: inNamespace)
        process.kind = kind
        process.limits = TaskLimits(processorTime: .seconds(1))
        #expect(try await process.run(script).exit == .processorTime(limit: .seconds(1)))
    }
}
