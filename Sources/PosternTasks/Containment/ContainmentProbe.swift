import Subprocess
import SystemPackage

/// Determines which means of containment a system permits, by running each of them once.
struct ContainmentProbe: Sendable {
    /// The time in which a command must have ended.
    private static let timeout = Duration.seconds(30)

    /// The options of `unshare` that are tried, in this order.
    ///
    /// A process without privileges may create a PID namespace only inside a new user namespace.
    private static let attempts = [
        ["--pid", "--fork", "--kill-child"],
        ["--user", "--map-current-user", "--pid", "--fork", "--kill-child"],
    ]

    /// The paths of the tools that are installed.
    let paths: [SystemProgram: String]

    init(paths: [SystemProgram: String]) { self.paths = paths }

    /// Creates a probe with the tools that are found on this system.
    init() {
        let found = SystemProgram.allCases.compactMap { program in program.path.map { (program, $0) } }
        self.init(paths: Dictionary(uniqueKeysWithValues: found))
    }

    /// Returns the reason why a tool cannot be used, or `nil` when it works.
    ///
    /// It is run with the options that are needed later, as a tool of the same name, such as that of BusyBox, may not
    /// support the options of util-linux.
    func fault(of program: SystemProgram) async -> String? {
        guard let path = paths[program] else { return "`\(program)` is not installed" }
        let options: [String] =
            switch program {
            case .setpriv: ["--pdeathsig", "KILL"]
            case .prlimit: TaskLimits(openFiles: .max).options
            case .unshare: []
            }
        guard !options.isEmpty else { return nil }
        return await obstacle(to: [path] + options + ["--", "true"]).map { "`\(program)` does not work (\($0))" }
    }

    /// Returns the options of `unshare` that create a PID namespace, or the reason why none can be created.
    func namespace() async -> Result<[String], Obstacle> {
        guard let setpriv = paths[.setpriv] else { return .failure(Obstacle("`setpriv` is not installed")) }
        guard let unshare = paths[.unshare] else { return .failure(Obstacle("`unshare` is not installed")) }
        var first: String?
        for options in Self.attempts {
            let command = [setpriv, "--pdeathsig", "KILL", "--", unshare] + options + ["--", "true"]
            guard let reason = await obstacle(to: command) else { return .success(options) }
            // The failure without a user namespace is the more informative one.
            first = first ?? reason
        }
        return .failure(Obstacle(first ?? ""))
    }

    /// The reason why a namespace cannot be created.
    struct Obstacle: Error, Hashable {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }

    /// Returns the reason why a command fails, or `nil` when it succeeds.
    private func obstacle(to command: [String]) async -> String? {
        // The result is cached for the lifetime of this process, so a failure must occur twice to count.
        guard await failure(of: command) != nil else { return nil }
        return await failure(of: command)
    }

    private func failure(of command: [String]) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask { await Self.outcome(of: command) }
            group.addTask {
                try? await Task.sleep(for: Self.timeout)
                return "no answer within \(Self.timeout)"
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    private static func outcome(of command: [String]) async -> String? {
        do {
            let result = try await run(
                .path(FilePath(command[0])),
                arguments: Arguments(Array(command.dropFirst())),
                output: .discarded,
                error: .string(limit: 4_096)
            )
            guard !result.terminationStatus.isSuccess else { return nil }
            return result.standardError.split(separator: "\n").first.map(String.init) ?? "\(result.terminationStatus)"
        } catch {
            return "\(error)"
        }
    }
}

/// A program of util-linux that contains or limits another one.
enum SystemProgram: String, CaseIterable, Sendable {
    /// Sets the signal that a process receives when its parent ends.
    case setpriv
    /// Starts a process in new namespaces.
    case unshare
    /// Sets the resource limits of a process.
    case prlimit

    /// The path of the file, searched in `PATH` and in the usual directories; `nil` when it is not installed.
    var path: String? {
        // Services are often started with a short `PATH` that lacks the directories of system programs.
        let path = SystemCalls.environment("PATH") ?? ""
        let folders = path.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        return (folders + ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"])
            .map { "\($0)/\(rawValue)" }.first(where: SystemCalls.isExecutable)
    }
}

extension Containment {
    /// Probes this system for the means of containment that it permits.
    ///
    /// - Parameters:
    ///   - launcher: An executable that calls `TaskLauncher.runIfAsked` first; `nil` when there is none.
    ///   - inNamespace: Whether to use a PID namespace where it is permitted. Tests pass `false` to get a guard.
    /// - Returns: The strongest containment that works, with the reason why it is not stronger.
    package static func probe(launcher: String?, inNamespace: Bool = true) async -> Containment {
        let probe = ContainmentProbe()
        async let namespace = probe.namespace()
        async let setpriv = probe.fault(of: .setpriv)
        async let prlimit = probe.fault(of: .prlimit)
        let faults = [SystemProgram.setpriv: await setpriv, .prlimit: await prlimit].compactMapValues { $0 }
        let strength: Strength =
            switch (await namespace, faults[.setpriv]) {
            case _ where launcher == nil: .weak(reason: "the program has no launcher of tasks")
            case _ where !inNamespace: .guarded(reason: "it is not wanted")
            // A namespace ends with this process only through `setpriv`, so it is not used without that.
            case (.success, let fault?): .guarded(reason: fault)
            case (.success(let options), nil): .namespace(options: options)
            case (.failure(let obstacle), _): .guarded(reason: obstacle.reason)
            }
        let usable = probe.paths.filter { faults[$0.key] == nil }
        return Containment(strength: strength, launcher: launcher, programs: usable, faults: faults)
    }
}
