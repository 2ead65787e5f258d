import PosternTestSupport
import Foundation
import Subprocess
import SystemPackage
import Testing

import PosternNIO
@testable import PosternTasks

/// A shell script that runs as a contained child of the test program.
struct ContainedProcess {
    /// A running script.
    struct Running {
        /// The identifier of the child process of the host.
        let id: Int32
        /// The marker in the environment of every process of the script.
        let marker: String
        /// The end of the channel that the host uses.
        let channel: FileDescriptor
        /// The end of the control socket that the host uses; `nil` without a launcher.
        let control: FileDescriptor?

        /// Sends a signal to the process group, as a host does.
        func signal(_ number: Int32) { kill(-id, number) }

        /// Waits until a process of the script runs a program.
        func hasStarted(_ program: String) async -> Bool {
            await eventually { MarkedProcesses(marker).contains { $0.command.hasPrefix(program) } }
        }
    }

    /// The program next to the test program that calls the launcher.
    static let launcher = Programs.path(of: "task-launcher")

    private static let namespace = Task { await Containment.probe(launcher: launcher) }
    private static let guarded = Task { await Containment.probe(launcher: launcher, inNamespace: false) }

    let containment: Containment
    var limits = TaskLimits()
    var kind = Containment.Kind.foreign
    var isDetached = false

    init(inNamespace: Bool = true) async {
        containment = await (inNamespace ? Self.namespace : Self.guarded).value
    }

    /// Runs a script to its end, and a closure at the same time.
    func run(
        _ script: String,
        while body: (Running) async throws -> Void = { _ in }
    ) async throws -> (exit: TaskExit, output: String) {
        try await run(["sh", "-c", script], while: body)
    }

    func run(
        _ program: [String],
        while body: (Running) async throws -> Void = { _ in }
    ) async throws -> (exit: TaskExit, output: String) {
        let command = containment.command(program, kind, limits: limits, channel: .channel, isDetached: isDetached)
        let (memoryKills, marker) = (MemoryKills.now, UUID().uuidString)
        var descriptors = try ChildDescriptors(.channel)
        if command.isThroughLauncher { try descriptors.passThroughLauncher() }
        defer {
            try? descriptors.parent.close()
            descriptors.closeControl()
        }
        let variables = command.environment.merging([MarkedProcesses.variable: marker]) { $1 }
        var options = PlatformOptions()
        options.processGroupID = 0
        let result = try await Subprocess.run(
            command.arguments[0].contains("/")
                ? .path(FilePath(command.arguments[0])) : .name(command.arguments[0]),
            arguments: Arguments(Array(command.arguments.dropFirst())),
            environment: .inherit.updating(
                Dictionary(uniqueKeysWithValues: variables.map { (.init(stringLiteral: $0), $1) })
            ),
            platformOptions: options,
            input: .fileDescriptor(descriptors.input, closeAfterSpawningProcess: true),
            output: .string(limit: 65_536),
            error: .discarded
        ) { [descriptors] execution in
            let id = execution.processIdentifier.value
            try await body(
                Running(id: id, marker: marker, channel: descriptors.parent, control: descriptors.control)
            )
        }
        let exit = TaskExit(
            result.terminationStatus,
            isThroughLauncher: command.isThroughLauncher,
            limits: limits,
            memoryKills: memoryKills
        )
        return (exit, result.standardOutput)
    }
}
