import PosternNIO
import PosternTasks
import Subprocess
import SystemPackage

/// A process that starts contained programs.
struct Host {
    enum Misuse: Error { case arguments }

    private let inNamespace: Bool
    private let hasChannel: Bool
    private let program: [String]

    init(_ arguments: [String]) throws {
        guard arguments.count > 2 else { throw Misuse.arguments }
        inNamespace = arguments[0] == "namespace"
        hasChannel = arguments[1] == "socket"
        program = Array(arguments[2...])
    }

    /// Runs the program until it exits.
    func run() async throws -> TaskExit {
        let containment = await Containment.probe(launcher: OwnExecutable.path, inNamespace: inNamespace)
        let command = containment.command(program, .foreign, channel: hasChannel ? .channel : nil)
        let memoryKills = MemoryKills.now
        var environment = Environment.inherit
        for (name, value) in command.environment {
            environment = environment.updating([.init(stringLiteral: name): value])
        }
        var options = PlatformOptions()
        options.processGroupID = 0
        let status = try await status(of: command, in: environment, with: options)
        return TaskExit(
            status,
            isThroughLauncher: command.isThroughLauncher,
            limits: TaskLimits(),
            memoryKills: memoryKills
        )
    }

    private func status(
        of command: ContainedCommand,
        in environment: Environment,
        with options: PlatformOptions
    ) async throws -> TerminationStatus {
        let executable = Executable.path(FilePath(command.arguments[0]))
        let arguments = Arguments(Array(command.arguments.dropFirst()))
        guard hasChannel else {
            return try await Subprocess.run(
                executable,
                arguments: arguments,
                environment: environment,
                platformOptions: options,
                output: .fileDescriptor(.standardOutput, closeAfterSpawningProcess: false),
                error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
            ).terminationStatus
        }
        let (channel, ofProgram) = try SocketPair.make()
        let (near, far) = try SocketPair.make()
        defer {
            try? channel.close()
            try? near.close()
        }
        try DescriptorPassing.send(ofProgram, over: near)
        try ofProgram.close()
        return try await Subprocess.run(
            executable,
            arguments: arguments,
            environment: environment,
            platformOptions: options,
            input: .fileDescriptor(far, closeAfterSpawningProcess: true),
            output: .fileDescriptor(.standardOutput, closeAfterSpawningProcess: false),
            error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        ).terminationStatus
    }
}
