import Subprocess
import SystemPackage

/// Finds out what a system permits, by trying it.
struct ContainmentProbe: Sendable {
    /// How long one question to the system may take.
    private static let patience = Duration.seconds(10)

    /// The options of `unshare` that are tried, in this order: without privileges a user namespace may permit the other.
    private static let attempts = [
        ["--pid", "--fork", "--kill-child"],
        ["--user", "--map-current-user", "--pid", "--fork", "--kill-child"],
    ]

    /// Where the tools are.
    let paths: [SystemProgram: String]

    init(paths: [SystemProgram: String]) { self.paths = paths }

    /// Looks for the tools.
    init() {
        let found = SystemProgram.allCases.compactMap { program in program.path.map { (program, $0) } }
        self.init(paths: Dictionary(uniqueKeysWithValues: found))
    }

    /// Why a tool is of no use; `nil` when it works.
    ///
    /// One of the same name need not be that of util-linux, and know its options.
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

    /// The options of `unshare` that make a PID namespace, or why there is none.
    func namespace() async -> Result<[String], Obstacle> {
        guard let setpriv = paths[.setpriv] else { return .failure(Obstacle("`setpriv` is not installed")) }
        guard let unshare = paths[.unshare] else { return .failure(Obstacle("`unshare` is not installed")) }
        var first: String?
        for options in Self.attempts {
            let command = [setpriv, "--pdeathsig", "KILL", "--", unshare] + options + ["--", "true"]
            guard let reason = await obstacle(to: command) else { return .success(options) }
            first = first ?? reason
        }
        return .failure(Obstacle(first ?? ""))
    }

    /// What was in the way.
    struct Obstacle: Error, Hashable {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }

    /// Why a command does not succeed; `nil` when it does.
    private func obstacle(to command: [String]) async -> String? {
        // The answer is kept for as long as this process runs: a failure by accident is not believed.
        guard await failure(of: command) != nil else { return nil }
        return await failure(of: command)
    }

    private func failure(of command: [String]) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask { await Self.outcome(of: command) }
            group.addTask {
                try? await Task.sleep(for: Self.patience)
                return "no answer within \(Self.patience)"
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
    /// Ends a process with its parent.
    case setpriv
    /// Puts a process into namespaces.
    case unshare
    /// Limits a process.
    case prlimit

    /// The file, looked for in `PATH` and where systems have it; `nil` when it is not installed.
    var path: String? {
        let path = SystemCalls.environment("PATH") ?? ""
        let folders = path.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        return (folders + ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"])
            .map { "\($0)/\(rawValue)" }.first(where: SystemCalls.isExecutable)
    }
}

extension Containment {
    /// Finds out what this system permits.
    ///
    /// - Parameters:
    ///   - launcher: An executable that calls `TaskLauncher.runIfAsked` first; `nil` when there is none.
    ///   - inNamespace: Whether a namespace is wanted where it is permitted, and not a guard.
    /// - Returns: The strongest containment that works, and the reason for it.
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
            // Without it, a namespace would outlive this process.
            case (.success, let fault?): .guarded(reason: fault)
            case (.success(let options), nil): .namespace(options: options)
            case (.failure(let obstacle), _): .guarded(reason: obstacle.reason)
            }
        let usable = probe.paths.filter { faults[$0.key] == nil }
        return Containment(strength: strength, launcher: launcher, programs: usable, faults: faults)
    }
}
