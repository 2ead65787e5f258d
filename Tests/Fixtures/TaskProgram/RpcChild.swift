import Postern
import PosternTasks

/// A task that runs until it is stopped, and answers calls meanwhile.
struct RpcChild: ChildTask {
    func register(in service: Service) {
        service.register("some_rpc_call") { 1337 }
        service.register("add", "a", Parameter("b", default: "x")) { (a: Int, b: String) in "\(a)\(b)" }
        service.register("wait", "milliseconds") { (milliseconds: Int) async throws in
            try await Task.sleep(for: .milliseconds(milliseconds))
            return milliseconds
        }
        // Calls back before it returns, down to depth 0.
        service.register("descend", "depth") { (call: CallContext, depth: Int) async throws -> Int in
            guard depth > 0, let caller = call.caller else { return 0 }
            return try await caller.call("descend", depth - 1) + 1
        }
        service.register("visit", "function") { (function: Callback) async throws in
            let value: Int = try await function.call(20)
            return value + 2
        }
        service.register("fail") { () throws -> Int in throw Trouble(text: "handler") }
    }

    func run(in task: TaskContext) async throws -> NoResult {
        while true { try await Task.sleep(for: .seconds(60)) }
    }
}

/// A task that sets a flag of its parent.
struct FlagChild: ChildTask {
    func run(in task: TaskContext) async throws -> Bool {
        let answer: Value = try await task.parent.call("set_called")
        return answer == .null
    }
}

/// A task that is called, then calls its parent, and returns whether it was called.
final class EchoChild: ChildTask {
    private let isCalled = Flag()

    private enum CodingKeys: CodingKey {}

    func register(in service: Service) {
        service.register("echo", "value") { [isCalled] (value: Int) in
            isCalled.set()
            return value
        }
    }

    func run(in task: TaskContext) async throws -> Bool {
        while !isCalled.isSet { try await Task.sleep(for: .milliseconds(1)) }
        try await task.parent.call("set_called")
        return isCalled.isSet
    }
}

/// The error of the handlers and tasks of this program.
struct Trouble: TransferableError {
    var text: String
    var message: String { text }
}
