public import Postern

/// A task that this program runs in a process of its own, as a peer of the process that spawned it.
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
/// The parent calls the methods that ``register(in:)`` exposes for as long as ``run(in:)`` runs; with the trait `Macros`,
/// `@Service` and `@Expose` write that function. A task that keeps state is a final class whose inputs are its coding keys.
public protocol ChildTask: TaskDefinition, Decodable, Exposable where Output == Outcome {
    /// The type of what ``run(in:)`` returns.
    associatedtype Outcome: Codable & Sendable

    /// Does the work; what it returns is the result of the task, and what it throws its failure.
    ///
    /// The Swift task that runs it is cancelled when the task is to stop.
    func run(in task: TaskContext) async throws -> Outcome
}

extension ChildTask {
    /// Exposes nothing.
    public func register(in service: Service) {}
}
