import Postern

/// The tasks that callers may spawn.
///
/// They are methods of a router of their own, which decodes the inputs and describes them like those of any method.
struct TaskOffers: Sendable {
    private let router = Router()

    /// The service in which each method spawns a task and returns its identifier.
    var service: Service { router.root }

    /// The offered tasks and their inputs, sorted by name.
    var all: [TaskOffer] {
        router.description.methods.filter { !$0.path.contains("/") }.map { method in
            TaskOffer(name: method.path, documentation: method.documentation, inputs: method.parameters)
        }
    }

    /// Spawns a task by its name.
    ///
    /// - Parameters:
    ///   - name: The name of an offered task.
    ///   - inputs: The encoded inputs, positional or named.
    /// - Returns: The identifier of the task.
    /// - Throws: `CallError` with `.invalidParameters` for an unknown name or inputs that are not valid, or as
    ///   `TaskHost.spawn`.
    func spawn(_ name: String, _ inputs: Payload) async throws(CallError) -> String {
        let names = all.map(\.name)
        guard names.contains(name) else {
            let offered = names.isEmpty ? "none can" : "these can: \(names.joined(separator: ", "))"
            let message = "Parameter name: \(name.prefix(128)) cannot be spawned; \(offered)"
            throw CallError(.invalidParameters, message, executed: .no)
        }
        do throws(CallError) {
            guard case .value(let id) = try await router.dispatch(Call(name, arguments: inputs)) else {
                throw CallError(.internalError, "Spawning \(name) answered with a stream")
            }
            return try id.answer("identifier of a task")
        } catch { throw error.passedOn }
    }
}

extension CallError {
    /// The error of a call that a handler has made on behalf of its caller.
    ///
    /// By default an error of a handler counts as executed; here the statement of the inner call is kept.
    var passedOn: CallError {
        var error = self
        // The assignment is what marks the value as stated.
        error.executed = executed
        return error
    }
}

/// The description of a task that callers may spawn.
struct TaskOffer: Codable, Hashable, Sendable {
    let name: String
    let documentation: String?
    let inputs: [ParameterDescription]
}
