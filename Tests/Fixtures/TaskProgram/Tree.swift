import Postern
import PosternTasks

/// Spawns tasks like itself, as deep as it is told, and runs until it is stopped or the depth is used up.
struct Branch: ChildTask {
    /// How many levels are below.
    var depth: Int
    /// How many children each has.
    var width = 1
    /// Whether those at the bottom fail.
    var fails = false
    /// Whether those at the bottom run until they are stopped.
    var stays = false

    func register(in service: Service) {
        service.register("levels") { [depth] in depth }
        service.register("wait", "milliseconds") { (milliseconds: Int) async throws in
            try await Task.sleep(for: .milliseconds(milliseconds))
        }
    }

    func run(in task: TaskContext) async throws -> Int {
        guard depth > 0 else {
            if fails { throw Trouble(text: "the leaf broke") }
            while stays { try await Task.sleep(for: .seconds(60)) }
            return 1
        }
        let below = Branch(depth: depth - 1, width: width, fails: fails, stays: stays)
        var children: [TaskProcess<Branch>] = []
        var options = TaskOptions()
        // Children end by themselves when they are stopped, which takes its time on a busy machine.
        (options.stopGrace, options.killGrace) = (.seconds(100), .seconds(100))
        for _ in 0..<width { children.append(try await task.spawn(below, options: options)) }
        return try await TaskProcess.join(children).reduce(1, +)
    }
}

/// Reports how far it is, and returns how often it did.
struct Counter: ChildTask {
    var steps: Int

    func run(in task: TaskContext) async throws -> Int {
        for step in 1...steps { task.report(step) }
        return steps
    }
}

/// Takes what is done to it badly: goes on when it is stopped, and ignores SIGTERM.
struct Stubborn: ChildTask {
    func run(in task: TaskContext) async throws -> NoResult {
        while true { await Task.detached { try? await Task.sleep(for: .seconds(60)) }.value }
    }
}
