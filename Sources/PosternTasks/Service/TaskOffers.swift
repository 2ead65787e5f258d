import Postern

/// The tasks that callers may spawn: a router of their own, whose methods have the names and inputs of the tasks.
struct TaskOffers: Sendable {
    private let router = Router()

    /// Where a method spawns a task and answers with its identifier.
    var service: Service { router.root }

    /// The tasks with their inputs, in order of their names.
    var all: [TaskOffer] {
        router.description.methods.filter { !$0.path.contains("/") }.map { method in
            TaskOffer(name: method.path, documentation: method.documentation, inputs: method.parameters)
        }
    }

    /// Spawns the task of a name.
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
    /// The error of a call that a handler has made for its caller, whose word on what ran counts for both.
    var passedOn: CallError {
        var error = self
        error.executed = executed
        return error
    }
}

/// A task that callers may spawn.
struct TaskOffer: Codable, Hashable, Sendable {
    let name: String
    let documentation: String?
    let inputs: [ParameterDescription]
}
