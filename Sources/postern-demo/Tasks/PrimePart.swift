import Postern
import PosternPrograms
import PosternTasks

/// The definition of the task in Python that does the same as ``PrimeRange``.
struct PythonPrimeRange: TaskDefinition {
    typealias Output = Int
    static let taskName = "python"

    let first: Int
    let last: Int
    let pace: Int

    var command: TaskCommand { .program("python3", ["\(PublicFolder.find() ?? "public")/python/prime_range.py"]) }
}

/// A task that counts a part of the numbers, in Swift or in Python.
///
/// It erases the type of the definition, so that both kinds can be kept in one collection.
struct PrimePart: Sendable {
    let id: String
    private let end: @Sendable () async throws(CallError) -> Int
    private let currentState: @Sendable () -> TaskState
    private let changePace: @Sendable (Int) async throws(CallError) -> Void

    init<Definition: TaskDefinition>(_ task: TaskProcess<Definition>) where Definition.Output == Int {
        id = task.id
        end = { () async throws(CallError) in try await task.result }
        currentState = { task.state }
        changePace = { (pace) async throws(CallError) in try await task.call("setPace", pace) }
    }

    var state: TaskState { currentState() }

    /// The number of primes in the part; suspends until they are counted.
    var result: Int {
        get async throws(CallError) { try await end() }
    }

    func setPace(_ pace: Int) async throws(CallError) { try await changePace(pace) }
}
