/// How the process of a task is started, and what it speaks with its parent.
public struct TaskCommand: Hashable, Sendable {
    /// What parent and child send each other.
    public enum Language: String, Hashable, Sendable {
        /// The native protocol, which `public/python/postern.py` speaks too.
        case native
        /// JSON-RPC 2.0, one message a line.
        case jsonLines
    }

    /// Where they send it.
    public enum Connection: String, Hashable, Sendable {
        /// A Unix socket that is the standard input of the child; its standard output is for logs.
        case channel
        /// Standard input and output of the child, whose standard error is for logs.
        case standardIO
    }

    /// A file, or a name that is looked up in `PATH`; `nil` for this program itself.
    package var program: String?
    /// The arguments of the program, without its name.
    package var arguments: [String]
    /// What parent and child send each other.
    package var language: Language
    /// Where they send it.
    package var connection: Connection

    /// Whether the program knows what a task is; one that does not is at work as soon as it has been started.
    ///
    /// Its result is that it ends with exit code 0. When it closes its connection before, calls fail with `.unavailable`, and
    /// it is at work until it exits.
    package var knowsTasks = true

    /// This program, started once more for one of the tasks that its `main` has named.
    package static let thisProgram = TaskCommand(program: nil, arguments: [], language: .native, connection: .channel)

    /// Another program.
    ///
    /// - Parameters:
    ///   - program: A file, or a name that is looked up in `PATH`.
    ///   - arguments: Its arguments.
    ///   - language: What it speaks.
    ///   - connection: Where it does.
    ///   - knowsTasks: Whether it answers the calls that start a task. One that refuses the first as an unknown method is
    ///     taken for one that does not.
    /// - Returns: The command.
    public static func program(
        _ program: String,
        _ arguments: [String] = [],
        speaking language: Language = .native,
        over connection: Connection = .channel,
        knowsTasks: Bool = true
    ) -> TaskCommand {
        TaskCommand(
            program: program,
            arguments: arguments,
            language: language,
            connection: connection,
            knowsTasks: knowsTasks
        )
    }
}
