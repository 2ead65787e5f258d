import Postern
import PosternTasks

/// A task that adds numbers until it is stopped.
struct CalculatorTask: ChildTask {
    func register(in service: Service) {
        let short = MethodOptions(isSafe: true, execution: .onEventLoop)
        service.register("add", "a", "b", options: short) { (a: Int, b: Int) in a &+ b }
    }

    func run(in task: TaskContext) async throws -> NoResult {
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
}

/// The same task as a separate program: `calculator.py`.
struct ForeignCalculator: TaskDefinition {
    typealias Output = NoResult
    static let taskName = "calculator"
    let command: TaskCommand

    /// The task has no inputs.
    private enum CodingKeys: CodingKey {}
}
