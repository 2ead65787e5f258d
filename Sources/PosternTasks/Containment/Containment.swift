import Glibc

/// What sees to it that a child process leaves no process behind: what of it this system permits.
package struct Containment: Hashable, Sendable {
    /// What is started.
    package enum Kind: Sendable {
        /// This executable as a task, which ends with its channel.
        case own
        /// Any other program.
        case foreign
    }

    /// How foreign programs are contained.
    enum Strength: Hashable, Sendable {
        /// In a PID namespace, by these options of `unshare`.
        case namespace(options: [String])
        /// Below a guard, for this reason.
        case guarded(reason: String)
        /// By nothing that reaches what a program starts, for this reason.
        case weak(reason: String)
    }

    let strength: Strength
    /// The executable that is run again as launcher.
    var launcher: String?
    /// The paths of the tools that work.
    let programs: [SystemProgram: String]
    /// Why others do not.
    var faults: [SystemProgram: String] = [:]

    /// What this system permits, probed once.
    package static var current: Containment {
        get async {
            var containment = await probing.value
            // The file may have been replaced since the last time.
            if containment.launcher != nil { containment.launcher = OwnExecutable.path }
            return containment
        }
    }

    // Awaited by each reader; one that is cancelled must not end the probe of the others.
    private static let probing = Task { await probe(launcher: TaskLauncher.isAvailable ? OwnExecutable.path : nil) }

    /// Makes the command line that starts a program.
    ///
    /// - Parameters:
    ///   - program: A program and its arguments.
    ///   - kind: What the program is.
    ///   - limits: What it may use.
    ///   - channel: Where the program has its channel. Where it has a launcher, that has a control socket there, and
    ///     receives the channel over it; `nil` for a program that gets the descriptors which the launcher has.
    ///   - isDetached: Whether it may outlive this process.
    /// - Returns: The command line and what else its child needs.
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
            // A guard is notified of the end of this process instead of killed: it has work to do then.
            arguments: (request.role == .initial ? endingWithParent + entrance : []) + [launcher] + limited,
            environment: [LauncherRequest.variable: request.text],
            isThroughLauncher: true,
            isLimited: isLimited
        )
    }

    private func request(limits: TaskLimits, isDetached: Bool) -> LauncherRequest? {
        let maximum = limits.processorSeconds.map { $0 + 1 }
        if isDetached { return LauncherRequest(.guard, maximumProcessorSeconds: maximum, isDetached: true) }
        switch strength {
        // The link of a replaced executable cannot be followed from another user namespace.
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
    /// How many of the child's first descriptors are the channel.
    fileprivate var descriptors: Int {
        switch self {
        case .channel: 1
        case .standardIO: 2
        }
    }
}

extension Containment: CustomStringConvertible {
    /// What is in force, in sentences for the log.
    package var description: String {
        var sentences = [containing]
        if let fault = faults[.setpriv] {
            sentences.append("A Swift task that does not watch its channel may outlive this process: \(fault).")
        }
        if let fault = faults[.prlimit] { sentences.append("Limits of tasks are not in force: \(fault).") }
        return sentences.joined(separator: " ")
    }

    /// Whether the system permits all of it.
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
    /// The program and its arguments: the first is a path, or a name to be looked for in `PATH`.
    package var arguments: [String]
    /// What the environment of the child has beside its own variables.
    package var environment: [String: String] = [:]
    /// Whether the status of the process is that of a launcher, which says 128 and the number of a signal.
    package var isThroughLauncher = false
    /// Whether the limits that were asked for are in force.
    package var isLimited: Bool
}
