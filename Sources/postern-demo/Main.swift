import PosternPrograms
import PosternTasks

@main
enum Main {
    static func main() {
        // The launcher of other programs runs before any thread is started.
        TaskLauncher.runIfAsked()
        Program.run(Demo.self, preparing: DemoTasks.runIfChild)
    }
}
