import Subprocess
import SystemPackage

extension Containment {
    /// How long one question to the system may take.
    private static let patience = Duration.seconds(2)

    /// The options of `unshare` that are tried, in this order: without privileges a user namespace may permit the other.
    private static let attempts = [
        ["--pid", "--fork", "--kill-child"],
        ["--user", "--map-current-user", "--pid", "--fork", "--kill-child"],
    ]

    /// Finds out what this system permits.
    ///
    /// - Parameters:
    ///   - launcher: An executable that calls `TaskLauncher.runIfAsked` first; `nil` when there is none.
    ///   - inNamespace: Whether a namespace is wanted where it is permitted, and not a guard.
    /// - Returns: The strongest containment that works, and the reason for it.
    package static func probe(launcher: String?, inNamespace: Bool = true) async -> Containment {
        let pairs = SystemProgram.allCases.compactMap { program in program.path.map { (program, $0) } }
        let programs = Dictionary(uniqueKeysWithValues: pairs)
        var strength = await strength(with: programs, hasLauncher: launcher != nil)
        if case .namespace = strength, !inNamespace { strength = .guarded(reason: "it is not wanted") }
        return Containment(strength: strength, launcher: launcher, programs: programs)
    }

    private static func strength(with programs: [SystemProgram: String], hasLauncher: Bool) async -> Strength {
        guard hasLauncher else { return .weak(reason: "the program does not run the launcher of tasks when asked") }
        guard let setpriv = programs[.setpriv] else { return .guarded(reason: "`setpriv` is not installed") }
        guard let unshare = programs[.unshare] else { return .guarded(reason: "`unshare` is not installed") }
        var firstReason: String?
        for options in attempts {
            let command = [setpriv, "--pdeathsig", "KILL", "--", unshare] + options + ["--", "true"]
            guard let reason = await obstacle(to: command) else { return .namespace(options: options) }
            firstReason = firstReason ?? reason
        }
        return .guarded(reason: firstReason ?? "")
    }

    /// Why a command does not succeed; `nil` when it does.
    private static func obstacle(to command: [String]) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask { await outcome(of: command) }
            group.addTask {
                try? await Task.sleep(for: patience)
                return "no answer within \(patience)"
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
            let line = result.standardError.split(separator: "\n").first.map(String.init)
            return line ?? "\(result.terminationStatus)"
        } catch {
            return "\(error)"
        }
    }
}
