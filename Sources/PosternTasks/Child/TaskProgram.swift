/// The part of a program that runs its tasks.
public enum TaskProgram {
    /// The variable of the environment that names the task which a process is started for.
    static let variable = "POSTERN_TASK"

    /// Runs the task that this process was started for, and ends the process; returns at once in any other process.
    ///
    /// `main` begins with it, before arguments are read and anything is started:
    ///
    /// ```swift
    /// @main
    /// enum Main {
    ///     static func main() async throws {
    ///         await TaskProgram.runIfChild(RpcChild.self)
    ///         let child = try await TaskHost().spawn(RpcChild())
    ///         print(try await child.call("some_rpc_call") as Int)
    ///         await child.stop()
    ///     }
    /// }
    /// ```
    ///
    /// The process ends with exit code 0 when the task returns or is stopped, and with 1 when it fails.
    ///
    /// - Parameter tasks: The tasks that may be spawned in this program.
    public static func runIfChild(_ tasks: any ChildTask.Type...) async {
        TaskLauncher.runIfAsked()
        guard let name = SystemCalls.environment(Self.variable) else { return }
        // What the task starts is not the task.
        SystemCalls.setEnvironment(Self.variable, to: nil)
        await ChildMain.run(name, tasks)
    }
}
