/// The program of a task, and the protocol that it speaks with its parent.
public struct TaskCommand: Hashable, Sendable {
    /// The protocol between parent and child.
    public enum Language: String, Hashable, Sendable {
        /// The native protocol, which `public/python/postern.py` implements in Python.
        case native
        /// JSON-RPC 2.0, with one message per line.
        case jsonLines
    }

    /// The descriptors of the child that carry the protocol.
    public enum Connection: String, Hashable, Sendable {
        /// A Unix socket as the standard input of the child, which is read and written; standard output carries logs.
        case channel
        /// The standard input and output of the child; standard error carries logs.
        case standardIO
    }

    /// The path of a program, or a name that is looked up in `PATH`; `nil` for this program itself.
    package var program: String?
    /// The arguments of the program, without its name.
    package var arguments: [String]
    /// The protocol between parent and child.
    package var language: Language
    /// The descriptors of the child that carry the protocol.
    package var connection: Connection

    /// Whether the program implements the methods that start and stop a task.
    ///
    /// A program that does not is at work as soon as it has been started, and returns by exiting with code 0. When it
    /// closes its connection earlier, calls fail with `.unavailable`, and it stays at work until it exits.
    package var knowsTasks = true

    /// This program, which is started again for one of the tasks that its `main` passes to `TaskProgram.runIfChild`.
    package static let thisProgram = TaskCommand(program: nil, arguments: [], language: .native, connection: .channel)

    /// Returns a command that starts another program.
    ///
    /// - Parameters:
    ///   - program: The path of the program, or a name that is looked up in `PATH`.
    ///   - arguments: The arguments, without the name of the program.
    ///   - language: The protocol that the program speaks.
    ///   - connection: The descriptors of the program that carry the protocol.
    ///   - knowsTasks: Whether the program implements `task/start` and the related methods. A program that answers
    ///     `task/start` with `.methodNotFound` is treated like one that does not.
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
