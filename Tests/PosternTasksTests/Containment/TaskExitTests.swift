import Foundation
import Subprocess
import Testing

@testable import PosternTasks

@Suite struct TaskExitTests {
    private static let all: [TaskExit] = [
        .code(0), .code(255), .signal(9), .signal(34), .outOfMemory, .processorTime(limit: .milliseconds(1_500)),
    ]

    @Test(arguments: [
        (TaskExit.code(3), "exit code 3"), (.signal(9), "signal 9 (SIGKILL)"), (.signal(34), "signal 34"),
        (.outOfMemory, "out of memory"),
        (.processorTime(limit: .seconds(2)), "its processor time ran out (limit 2 s)"),
        (.processorTime(limit: .milliseconds(1_500)), "its processor time ran out (limit 1.5 s)"),
    ])
    func theDescriptionNamesTheReason(exit: TaskExit, text: String) { #expect("\(exit)" == text) }

    @Test(arguments: all)
    func encodingRoundTrips(exit: TaskExit) throws {
        let data = try JSONEncoder().encode(exit)
        #expect(try JSONDecoder().decode(TaskExit.self, from: data) == exit)
    }

    @Test func theDescriptionIsEncoded() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(TaskExit.signal(15)), as: UTF8.self)
        #expect(text == #"{"kind":"signal","number":15,"text":"signal 15 (SIGTERM)"}"#)
    }

    @Test(arguments: [
        "{}", #"{"kind":"code"}"#, #"{"kind":"tired"}"#, #"{"kind":"processorTime","limit":1e300}"#,
        #"{"kind":"processorTime","limit":-1}"#,
    ])
    func invalidEncodingsAreRejected(text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(TaskExit.self, from: Data(text.utf8)) }
    }

    @Test(arguments: [
        (TerminationStatus.exited(0), true, TaskExit.code(0)), (.exited(128), true, .code(128)),
        (.exited(143), true, .signal(15)), (.exited(192), true, .signal(64)), (.exited(193), true, .code(193)),
        (.exited(143), false, .code(143)), (.signaled(11), true, .signal(11)), (.signaled(11), false, .signal(11)),
        (.exited(152), true, .processorTime(limit: .seconds(1))),
        (.signaled(24), false, .processorTime(limit: .seconds(1))),
    ])
    func theStatusOfALauncherIsThatOfItsProgram(
        status: TerminationStatus,
        isThroughLauncher: Bool,
        exit: TaskExit
    ) {
        let limits = TaskLimits(processorTime: .seconds(1))
        let read = TaskExit(status, isThroughLauncher: isThroughLauncher, limits: limits, memoryKills: .now)
        #expect(read == exit)
    }

    @Test func withoutALimitTheSignalIsReported() {
        let exit = TaskExit(
            .signaled(24),
            isThroughLauncher: false,
            limits: TaskLimits(),
            memoryKills: .now
        )
        #expect("\(exit)" == "signal 24 (SIGXCPU)")
    }
}
