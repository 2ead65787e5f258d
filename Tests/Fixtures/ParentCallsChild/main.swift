import Postern
import PosternTasks

struct RpcParent: ChildTask {
    func run(in task: TaskContext) async throws -> Int {
        let child = try await task.spawn(RpcChild())
        let result = try await child.someRPCCall()
        print("RPC result: \(result)")
        return result
    }
}

struct RpcChild: ChildTask {
    func register(in service: Service) {
        service.register("some_rpc_call") { 1337 }
    }

    func run(in task: TaskContext) async throws -> NoResult {
        while true { try await Task.sleep(for: .seconds(1)) }
    }
}

extension TaskProcess<RpcChild> {
    func someRPCCall() async throws -> Int { try await call("some_rpc_call") }
}

await TaskProgram.runIfChild(RpcParent.self, RpcChild.self)
let host = TaskHost()
print(try await host.spawn(RpcParent()).result)
await host.end()
