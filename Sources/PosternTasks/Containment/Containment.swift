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
