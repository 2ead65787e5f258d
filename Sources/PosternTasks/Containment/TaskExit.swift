import Glibc
package import Subprocess

/// The reason why a child process ended.
public enum TaskExit: Hashable, Sendable {
    /// The process exited with this code.
    case code(Int)
    /// The process was ended by the signal with this number.
    case signal(Int)
    /// The kernel killed the process because the memory of the system or of its control group was exhausted.
    case outOfMemory
    /// The process has used up the processor time of its ``TaskLimits``.
    case processorTime(limit: Duration)
}

extension TaskExit: CustomStringConvertible {
    /// The reason in words, such as `exit code 3` or `signal 9 (SIGKILL)`.
    public var description: String {
        switch self {
        case .code(let code): "exit code \(code)"
        case .signal(let number): SignalName.of(number).map { "signal \(number) (\($0))" } ?? "signal \(number)"
        case .outOfMemory: "out of memory"
        case .processorTime(let limit): "its processor time ran out (limit \(Self.text(of: limit)))"
        }
    }

    private static func text(of limit: Duration) -> String {
        let seconds = limit / .seconds(1)
        return seconds == seconds.rounded() ? "\(limit.components.seconds) s" : "\(seconds) s"
    }
}

extension TaskExit {
    /// Creates the reason from the termination status of a child process.
    ///
    /// - Parameters:
    ///   - status: The termination status of the process that the host has started.
    ///   - isThroughLauncher: Whether that process is a launcher.
    ///   - limits: The limits of the child.
    ///   - memoryKills: The number of processes killed for lack of memory, read before the child was started.
    package init(
        _ status: TerminationStatus,
        isThroughLauncher: Bool,
        limits: TaskLimits,
        memoryKills: MemoryKills
    ) {
        let exit = Self(status, isThroughLauncher: isThroughLauncher)
        switch (exit, limits.processorTime) {
        case (.signal(Int(SIGXCPU)), let limit?): self = .processorTime(limit: limit)
        // The status does not contain the sender of SIGKILL: a kill that the kernel has counted meanwhile is taken as
        // the cause.
        case (.signal(Int(SIGKILL)), _) where memoryKills.claimNext(): self = .outOfMemory
        default: self = exit
        }
    }

    private init(_ status: TerminationStatus, isThroughLauncher: Bool) {
        switch status {
        case .signaled(let signal): self = .signal(Int(signal))
        // As in a shell, a program that exits with such a code cannot be distinguished from one that was ended by a
        // signal.
        case .exited(let code) where isThroughLauncher && 129...192 ~= code: self = .signal(Int(code) - 128)
        case .exited(let code): self = .code(Int(code))
        }
    }
}

extension TaskExit: Codable {
    private enum Key: String, CodingKey { case kind, number, limit, text }

    private enum Kind: String, Codable { case code, signal, outOfMemory, processorTime }

    /// Encodes `kind`, the `number` of a code or signal, the `limit` in seconds, and `text`, the description.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .code(let code):
            try container.encode(Kind.code, forKey: .kind)
            try container.encode(code, forKey: .number)
        case .signal(let number):
            try container.encode(Kind.signal, forKey: .kind)
            try container.encode(number, forKey: .number)
        case .outOfMemory: try container.encode(Kind.outOfMemory, forKey: .kind)
        case .processorTime(let limit):
            try container.encode(Kind.processorTime, forKey: .kind)
            try container.encode(limit / .seconds(1), forKey: .limit)
        }
        try container.encode(description, forKey: .text)
    }

    /// Decodes the encoding of `encode(to:)`, except for the description.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decode(Kind.self, forKey: .kind) {
        case .code: self = .code(try container.decode(Int.self, forKey: .number))
        case .signal: self = .signal(try container.decode(Int.self, forKey: .number))
        case .outOfMemory: self = .outOfMemory
        case .processorTime:
            let seconds = try container.decode(Double.self, forKey: .limit)
            // `Duration` traps on values outside of its range.
            guard (0...1e12).contains(seconds) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .limit,
                    in: container,
                    debugDescription: "\(seconds) s is no limit of processor time"
                )
            }
            self = .processorTime(limit: .seconds(seconds))
        }
    }
}

/// The names of signals.
///
/// Their numbers differ between architectures.
enum SignalName {
    private static let names: [Int: String] = [
        Int(SIGHUP): "SIGHUP", Int(SIGINT): "SIGINT", Int(SIGQUIT): "SIGQUIT", Int(SIGILL): "SIGILL",
        Int(SIGTRAP): "SIGTRAP", Int(SIGABRT): "SIGABRT", Int(SIGBUS): "SIGBUS", Int(SIGFPE): "SIGFPE",
        Int(SIGKILL): "SIGKILL", Int(SIGUSR1): "SIGUSR1", Int(SIGSEGV): "SIGSEGV", Int(SIGUSR2): "SIGUSR2",
        Int(SIGPIPE): "SIGPIPE", Int(SIGALRM): "SIGALRM", Int(SIGTERM): "SIGTERM", Int(SIGSTKFLT): "SIGSTKFLT",
        Int(SIGVTALRM): "SIGVTALRM", Int(SIGPROF): "SIGPROF", Int(SIGXCPU): "SIGXCPU", Int(SIGXFSZ): "SIGXFSZ",
        Int(SIGIO): "SIGIO", Int(SIGPWR): "SIGPWR", Int(SIGSYS): "SIGSYS",
    ]

    /// Returns the name of a signal that can end a process, or `nil` for other numbers.
    static func of(_ number: Int) -> String? { names[number] }
}
