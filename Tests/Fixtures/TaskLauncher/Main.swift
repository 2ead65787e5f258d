import Dispatch
import Glibc
import PosternTasks

/// The launcher of tasks, and a host that starts one program by it and prints how it ended.
///
/// Arguments: `namespace` or `guard`, `socket` or `none` for standard input, and the program. A launcher runs here too.
@main
enum Main {
    static func main() {
        TaskLauncher.runIfAsked()
        let arguments = Array(CommandLine.arguments.dropFirst())
        Task {
            do {
                print(try await Host(arguments).run())
                exit(0)
            } catch {
                print("\(error)")
                exit(1)
            }
        }
        dispatchMain()
    }
}
