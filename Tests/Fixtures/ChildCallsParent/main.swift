import Postern
import PosternTasks
import Synchronization

final class RpcParent: ChildTask {
    private enum CodingKeys: CodingKey {}
    private let isCalled = Atomic(false)

    func register(in service: Service) {
        service.register("set_called") { [self] in isCalled.store(true, ordering: .relaxed) }
    }

    func run(in task: TaskContext) async throws -> Bool {
        _ = try await task.spawn(RpcChild())
        while !isCalled.load(ordering: .relaxed) { try await Task.sleep(for: .milliseconds(100)) }
        return true
    }
}

struct RpcChild: ChildTask {
    func run(in task: TaskContext) async throws -> NoResult {
        try await task.parent.setCalled()
        return NoResult()
    }
}

extension Peer {
    func setCalled() async throws { try await call("set_called") }
}

await TaskProgram.runIfChild(RpcParent.self, RpcChild.self)
let host = TaskHost()
print(try await host.spawn(RpcParent()).result)
await host.end()
