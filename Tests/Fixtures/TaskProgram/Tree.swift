import Postern
import PosternTasks

/// A task that spawns tasks like itself down to a depth, and runs until it is stopped or its children have ended.
struct Branch: ChildTask {
    /// The number of levels below this task.
    var depth: Int
    /// The number of children of each task.
    var width = 1
    /// Whether the tasks without children fail.
    var fails = false
    /// Whether the tasks without children run until they are stopped.
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
        // Stopped children end by themselves, which may take long on a busy machine.
        (options.stopGrace, options.killGrace) = (.seconds(100), .seconds(100))
        for _ in 0..<width { children.append(try await task.spawn(below, options: options)) }
        return try await TaskProcess.join(children).reduce(1, +)
    }
}

/// A task that reports its progress, and returns the number of reports.
struct Counter: ChildTask {
    var steps: Int

    func run(in task: TaskContext) async throws -> Int {
        for step in 1...steps { task.report(step) }
        return steps
    }
}

/// A task that continues when it is stopped, and ignores SIGTERM.
struct Stubborn: ChildTask {
    func run(in task: TaskContext) async throws -> NoResult {
        while true { await Task.detached { try? await Task.sleep(for: .seconds(60)) }.value }
    }
}
