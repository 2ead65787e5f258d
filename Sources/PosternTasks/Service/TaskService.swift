public import Postern

/// The service `tasks`, by which callers observe the tasks of a host and spawn, call, stop and await them.
///
/// ```swift
/// let tasks = TaskService(host)
///     .offer(Parameter("limit", "Counts primes up to this number", default: 1_000_000)) { CountPrimes(limit: $0) }
/// router.root.expose(tasks)
/// ```
///
/// Callers refer to tasks by their identifiers, and can spawn those that the program offers. The topic `tasks/events`
/// publishes all events of the tree as ``TaskEvent`` values. A slow subscriber loses events and does not delay a task.
public struct TaskService: NamedExposable {
    /// The name of the service.
    public static let serviceName = "tasks"
    /// The description of the service.
    public static let serviceDocumentation: String? = "The tasks of this program, and those that they spawn"

    let host: TaskHost
    let offers = TaskOffers()

    /// Creates the service for the tasks of a host, without offers.
    ///
    /// - Parameter host: Spawns the tasks.
    public init(_ host: TaskHost) { self.host = host }

    /// Offers a task, which callers can spawn by the name of its definition from then on.
    ///
    /// - Parameters:
    ///   - inputs: The parameters of `make`, in order; at most 8.
    ///   - documentation: The description for callers.
    ///   - options: The options of each task that is spawned.
    ///   - make: Creates the task from its inputs, and throws when they are not valid.
    /// - Returns: This service, so that calls can be chained.
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

    /// Registers the methods and the topic `events`; called by the router that exposes the service.
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
            options: MethodOptions(
                documentation: "The events of tasks, after one event for each task so far",
                isSafe: true
            )
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
    /// Calls a method of a task, or a method below `task/` that its parent serves, and returns the result.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - id: The identifier of the task.
    ///   - arguments: The encoded arguments.
    ///   - context: The call that is being served, which supplies the deadline and receives progress.
    /// - Returns: The result.
    /// - Throws: `CallError` of the task, or `.invalidRequest` when the method answers with a stream.
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
