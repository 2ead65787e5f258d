/// The entry point of a program for its tasks.
public enum TaskProgram {
    /// The environment variable with the name of the task that a process is to run.
    static let variable = "POSTERN_TASK"

    /// Runs the task for which this process was started, and exits; returns immediately in any other process.
    ///
    /// It must be the first statement of `main`, before arguments are parsed and threads are started:
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
    /// - Parameter tasks: The types of all tasks that this program may spawn with itself as the program.
    public static func runIfChild(_ tasks: any ChildTask.Type...) async {
        TaskLauncher.runIfAsked()
        guard let name = SystemCalls.environment(Self.variable) else { return }
        // Removed, as a process that the task starts from the same executable must not run the task again.
        SystemCalls.setEnvironment(Self.variable, to: nil)
        await ChildMain.run(name, tasks)
    }
}
