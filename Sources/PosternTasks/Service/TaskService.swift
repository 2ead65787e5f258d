public import Postern

/// The tasks of a host as the service `tasks`: callers see the tree, spawn what the program offers, and call, stop and await
/// tasks by their identifiers.
///
/// ```swift
/// let tasks = TaskService(host)
///     .offer(Parameter("limit", "Counts primes up to this number", default: 1_000_000)) { CountPrimes(limit: $0) }
/// router.root.expose(tasks)
/// ```
///
/// Its topic `tasks/events` has everything that happens in the tree, as ``TaskEvent`` values. A slow subscriber misses events,
/// and holds up no task.
public struct TaskService: NamedExposable {
    /// The name of the service.
    public static let serviceName = "tasks"
    /// What the service is for.
    public static let serviceDocumentation: String? = "The tasks of this program, and those that they spawn"

    let host: TaskHost
    let offers = TaskOffers()

    /// Makes the service for the tasks of a host; nothing can be spawned until it is offered.
    public init(_ host: TaskHost) { self.host = host }

    /// Lets callers spawn a task by its name.
    ///
    /// - Parameters:
    ///   - inputs: One for each parameter of `make`, in order; at most 8.
    ///   - documentation: What the task does, for people.
    ///   - options: How it is started and ended.
    ///   - make: Makes the task of its inputs, and throws where they do not fit.
    /// - Returns: The service, for the next offer.
    @discardableResult
    public func offer<each Input: Decodable & Sendable, Definition: TaskDefinition>(
        _ inputs: repeat Parameter<each Input>,
        documentation: String? = nil,
        options: TaskOptions = TaskOptions(),
        _ make: @escaping @Sendable (repeat each Input) throws -> Definition
    ) -> TaskService {
        offers.service.register(
            Definition.taskName,
            repeat each inputs,
            options: MethodOptions(documentation: documentation)
        ) { [host] (input: repeat each Input) async throws -> String in
            try await host.spawn(try make(repeat each input), options: options).id
        }
        return self
    }

    /// Registers the methods, and makes the topic `events` beside them.
    public func register(in service: Service) {
        let feed = TaskFeed(host, in: service)
        registerReading(in: service, feed)
        registerActing(in: service)
    }

    private func registerReading(in service: Service, _ feed: TaskFeed) {
        service.register(
            "list",
            options: MethodOptions(documentation: "The tasks that are known, each behind its parent", isSafe: true)
        ) { feed.listing }
        service.register(
            "offers",
            options: MethodOptions(documentation: "The tasks that can be spawned, with their inputs", isSafe: true)
        ) { [offers] in offers.all }
        service.registerRaw(
            "watch",
            result: "object",
            isStream: true,
            options: MethodOptions(documentation: "What happens to tasks, behind what is known of them", isSafe: true)
        ) { (call) throws(CallError) in .stream(feed.watch(as: call.arguments.codec)) }
        service.register(
            "result",
            Parameter<String>("id", "The identifier of the task"),
            options: MethodOptions(documentation: "Waits for the result of a task", isSafe: true)
        ) { [host] (id: String) async throws -> Payload in try await host.answer("task/result", of: id) }
    }

    private func registerActing(in service: Service) {
        service.register(
            "spawn",
            Parameter<String>("name", "One of the names in tasks.offers"),
            Parameter<Payload>("inputs", "The inputs of the task, by position or by name", default: .noArguments),
            options: MethodOptions(documentation: "Spawns a task, and answers with its identifier")
        ) { [offers] (name: String, inputs: Payload) async throws -> String in
            try await offers.spawn(name, inputs.asArguments("inputs"))
        }
        service.register(
            "call",
            Parameter<String>("id", "The identifier of the task"),
            Parameter<String>("method", "A method of the task; rpc.describe lists them"),
            Parameter<Payload>("arguments", "The arguments, by position or by name", default: .noArguments),
            options: MethodOptions(documentation: "Calls a method of a task that runs")
        ) { [host] (context: CallContext, id: String, method: String, arguments: Payload) async throws -> Payload in
            let arguments = try arguments.asArguments("arguments")
            return try await host.answer(method.replacing(".", with: "/"), of: id, arguments, for: context)
        }
        service.register(
            "stop",
            Parameter<String>("id", "The identifier of the task"),
            options: MethodOptions(documentation: "Stops a task, with all that it has spawned")
        ) { [host] (id: String) async throws in _ = try await host.answer("task/stop", of: id) }
        service.register(
            "kill",
            Parameter<String>("id", "The identifier of the task"),
            options: MethodOptions(documentation: "Ends the process of a task by SIGKILL; the task has failed then")
        ) { [host] (id: String) async throws in _ = try await host.answer("task/kill", of: id) }
    }
}

extension TaskHost {
    /// Calls a task of the tree, or its parent about it, and returns the one value of the answer.
    fileprivate func answer(
        _ method: String,
        of id: String,
        _ arguments: Payload = Payload(bytes: [], codec: MessagePack.self),
        for context: CallContext? = nil
    ) async throws(CallError) -> Payload {
        var call = Call(method, arguments: arguments, deadline: context?.deadline)
        if let context { call.progress = { context.reportProgress($0) } }
        let reply: Reply
        do throws(CallError) { reply = try await dispatch(call, to: id) } catch { throw error.passedOn }
        guard case .value(let result) = reply else {
            let message = "\(method) of task \(id) answers with a stream, which only the parent of the task can read"
            throw CallError(.invalidRequest, message, executed: .yes)
        }
        return result
    }
}
