import Glibc

/// The means by which child processes and their descendants are ended, as far as this system permits them.
package struct Containment: Hashable, Sendable {
    /// The kind of a program to be started.
    package enum Kind: Sendable {
        /// This executable as a Swift task, which exits when its channel is closed.
        case own
        /// Any other program.
        case foreign
    }

    /// The containment of foreign programs, from the strongest to the weakest.
    enum Strength: Hashable, Sendable {
        /// A PID namespace, created by `unshare` with these options.
        case namespace(options: [String])
        /// A guard process, with the reason why there is no namespace.
        case guarded(reason: String)
        /// Nothing that would end the descendants of a program, with the reason.
        case weak(reason: String)
    }

    let strength: Strength
    /// The executable that is started as a launcher; `nil` when this program cannot be one.
    var launcher: String?
    /// The paths of the tools that can be used.
    let programs: [SystemProgram: String]
    /// The reasons why other tools cannot be used.
    var faults: [SystemProgram: String] = [:]

    /// The containment on this system, which is probed once per process.
    package static var current: Containment {
        get async {
            var containment = await probing.value
            // The file of the executable may have been replaced since the probe.
            if containment.launcher != nil { containment.launcher = OwnExecutable.path }
            return containment
        }
    }

    // An unstructured task that all readers await: the cancellation of one reader must not end the probe of the others.
    private static let probing = Task { await probe(launcher: TaskLauncher.isAvailable ? OwnExecutable.path : nil) }

    /// Returns the command line that starts a program contained.
    ///
    /// - Parameters:
    ///   - program: The program and its arguments.
    ///   - kind: The kind of the program.
    ///   - limits: The limits on its resources.
    ///   - channel: The descriptors of the program that carry its channel. A launcher has a control socket there
    ///     instead, over which it receives the channel. `nil` for a program that inherits the descriptors of the
    ///     launcher.
    ///   - isDetached: Whether the program may outlive this process.
    /// - Returns: The command line, and the environment that it needs.
    package func command(
        _ program: [String],
        _ kind: Kind,
        limits: TaskLimits = TaskLimits(),
        channel: TaskCommand.Connection? = nil,
        isDetached: Bool = false
    ) -> ContainedCommand {
        let limited = limit(program, by: limits)
        let isLimited = limits.options.isEmpty || programs[.prlimit] != nil
        guard kind == .foreign, let launcher, var request = request(limits: limits, isDetached: isDetached) else {
            let ending = isDetached ? [] : endingWithParent
            return ContainedCommand(arguments: ending + limited, isLimited: isLimited)
        }
        request.channelDescriptors = channel?.descriptors ?? 0
        return ContainedCommand(
            // A guard is not killed together with this process: it receives a signal, and kills its descendants then.
            arguments: (request.role == .initial ? endingWithParent + entrance : []) + [launcher] + limited,
            environment: [LauncherRequest.variable: request.text],
            isThroughLauncher: true,
            isLimited: isLimited
        )
    }

    private func request(limits: TaskLimits, isDetached: Bool) -> LauncherRequest? {
        // The hard limit, one second above the soft one, by which the launcher recognizes the SIGKILL of the kernel.
        let maximum = limits.processorSeconds.map { $0 + 1 }
        if isDetached { return LauncherRequest(.guard, maximumProcessorSeconds: maximum, isDetached: true) }
        switch strength {
        // Inside a user namespace the kernel forbids following the `/proc` link of a replaced executable.
        case .namespace(let options) where options.contains("--user") && launcher?.hasPrefix("/proc/") == true:
            return LauncherRequest(.guard, parent: Int(getpid()), maximumProcessorSeconds: maximum)
        case .namespace:
            return LauncherRequest(.initial, parent: OwnExecutable.processNumber, maximumProcessorSeconds: maximum)
        case .guarded: return LauncherRequest(.guard, parent: Int(getpid()), maximumProcessorSeconds: maximum)
        case .weak: return nil
        }
    }

    private var endingWithParent: [String] { programs[.setpriv].map { [$0, "--pdeathsig", "KILL", "--"] } ?? [] }

    private var entrance: [String] {
        guard case .namespace(let options) = strength, let unshare = programs[.unshare] else { return [] }
        return [unshare] + options + ["--"]
    }

    private func limit(_ program: [String], by limits: TaskLimits) -> [String] {
        let options = limits.options
        guard !options.isEmpty, let prlimit = programs[.prlimit] else { return program }
        return [prlimit] + options + ["--"] + program
    }
}

extension TaskCommand.Connection {
    /// The number of descriptors of the child, from 0 on, that are the channel.
    fileprivate var descriptors: Int {
        switch self {
        case .channel: 1
        case .standardIO: 2
        }
    }
}

extension Containment: CustomStringConvertible {
    /// The means that are available and those that are missing, in sentences for the log.
    package var description: String {
        var sentences = [containing]
        if let fault = faults[.setpriv] {
            sentences.append("A Swift task that does not watch its channel may outlive this process: \(fault).")
        }
        if let fault = faults[.prlimit] { sentences.append("Limits of tasks are not in force: \(fault).") }
        return sentences.joined(separator: " ")
    }

    /// Whether all means are available.
    package var isComplete: Bool {
        guard case .namespace = strength else { return false }
        return faults.isEmpty
    }

    private var containing: String {
        switch strength {
        case .namespace(let options):
            let also = options.contains("--user") ? " and a user namespace" : ""
            return """
                Foreign programs run in a PID namespace\(also) of their own: the kernel ends all of their processes when \
                they end or this process does.
                """
        case .guarded(let reason):
            return """
                Foreign programs run below a guard, which ends all of their processes when they end or this process \
                does; there is no PID namespace (\(reason)).
                """
        case .weak(let reason) where programs[.setpriv] == nil:
            return "Foreign programs may outlive this process: \(reason)."
        case .weak(let reason):
            return "Foreign programs end with this process, but what they have started may remain: \(reason)."
        }
    }
}

/// The command line that starts a contained program.
package struct ContainedCommand: Hashable, Sendable {
    /// The program and its arguments.
    ///
    /// The first element is a path, or a name that is looked up in `PATH`.
    package var arguments: [String]
    /// Additional environment variables of the child.
    package var environment: [String: String] = [:]
    /// Whether the process is a launcher, which reports a signal as the exit code 128 plus its number.
    package var isThroughLauncher = false
    /// Whether the requested limits are enforced.
    package var isLimited: Bool
}
