import Postern
import PosternTasks

/// Cowait's example: the parent calls its child.
struct RpcChild: ChildTask {
    func register(in service: Service) {
        service.register("some_rpc_call") { 1337 }
    }

    func run(in task: TaskContext) async throws -> NoResult {
        while true { try await Task.sleep(for: .seconds(1)) }
    }
}

@main
enum Main {
    static func main() async throws {
        await TaskProgram.runIfChild(RpcChild.self)
        let host = TaskHost()
        let clock = ContinuousClock()
        let start = clock.now
        let child = try await host.spawn(RpcChild())
        let value: Int = try await child.call("some_rpc_call")
        print("RPC result: \(value)", clock.now - start)
        await child.stop()
        do { _ = try await child.result } catch { print(error.message) }
        print(await child.exit.map(String.init(describing:)) ?? "-")
        for task in host.tasks { print(task) }
    }
}
