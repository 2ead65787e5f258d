import Postern
import PosternTasks

/// The tasks that tests spawn.
@main
enum Main {
    static func main() async {
        await TaskProgram.runIfChild(
            RpcChild.self,
            FlagChild.self,
            EchoChild.self,
            Branch.self,
            Counter.self,
            Heir.self,
            Keeper.self,
            PythonKeeper.self,
            Stubborn.self,
            Writer.self,
            Crasher.self
        )
    }
}
