public import Postern

/// A task that is implemented in this program and runs in a process of its own, as a peer of its parent.
///
/// ```swift
/// struct RpcChild: ChildTask {
///     func register(in service: Service) {
///         service.register("some_rpc_call") { 1337 }
///     }
///
///     func run(in task: TaskContext) async throws -> NoResult {
///         while true { try await Task.sleep(for: .seconds(1)) }
///     }
/// }
/// ```
///
/// The parent can call the methods that ``register(in:)`` exposes while ``run(in:)`` runs; with the trait `Macros`,
/// `@Service` and `@Expose` generate that function. A task that has mutable state is a final class whose coding keys
/// are its inputs.
public protocol ChildTask: TaskDefinition, Decodable, Exposable where Output == Outcome {
    /// The type of what ``run(in:)`` returns.
    associatedtype Outcome: Codable & Sendable

    /// Runs the task.
    ///
    /// The Swift task that runs this function is cancelled when the task is stopped.
    ///
    /// - Parameter task: The identifier, the parent and the children of the task.
    /// - Returns: The result of the task.
    /// - Throws: Any error, which is the failure of the task.
    func run(in task: TaskContext) async throws -> Outcome
}

extension ChildTask {
    /// Registers no methods.
    public func register(in service: Service) {}
}
