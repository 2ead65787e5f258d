import PosternTestSupport
import Postern
import PosternTasks
@testable import task_program

/// The service `tasks`, which offers tasks of the fixture program.
struct ServedTasks {
    let router = Router()
    let host = TaskHost()

    /// Runs a test with a host and its service, and ends the host after it.
    static func run(_ body: (ServedTasks) async throws -> Void) async throws {
        let served = ServedTasks()
        do { try await body(served) } catch {
            await served.host.end()
            throw error
        }
        await served.host.end()
    }

    private init() {
        let tasks = TaskService(host)
            .offer(options: Self.options("RpcChild")) { FixtureTask(RpcChild()) }
            .offer(
                Parameter<Int>("depth", "How many levels are below"),
                Parameter("stays", "Whether the last runs on", default: false),
                documentation: "Spawns tasks like itself",
                options: Self.options("Branch")
            ) { depth, stays in
                guard depth >= 0 else {
                    throw CallError(.invalidParameters, "Parameter depth: \(depth) is below 0", executed: .no)
                }
                return FixtureTask(Branch(depth: depth, stays: stays))
            }
            .offer("lines", options: Self.options("Writer")) { FixtureTask(Writer(lines: $0)) }
        router.root.expose(tasks)
    }

    private static func options(_ name: String) -> TaskOptions {
        var options = TaskOptions.lenient
        options.environment["POSTERN_TASK"] = .some(name)
        return options
    }

    /// Calls a method of the service.
    @discardableResult
    func call(
        _ method: String,
        _ arguments: Value...,
        progress: Call.ProgressSink? = nil
    ) async throws(CallError) -> Value {
        guard case .value(let result) = try await dispatch(method, arguments, progress) else {
            throw CallError(.internalError, "a stream")
        }
        do throws(PayloadError) { return try Value(decoding: result) } catch { throw CallError(error) }
    }

    /// Calls a method of the service that answers with a stream.
    func stream(_ method: String, _ arguments: Value...) async throws(CallError) -> ReplyStream {
        guard case .stream(let stream) = try await dispatch(method, arguments) else {
            throw CallError(.internalError, "no stream")
        }
        return stream
    }

    func spawn(_ name: String, _ inputs: Value = .array([])) async throws -> String {
        guard case .string(let id) = try await call("tasks/spawn", .string(name), inputs) else { return "" }
        return id
    }

    /// Waits until a task at a depth of the tree is at work, and returns its identifier.
    func task(atDepth depth: Int) async -> String {
        var found: String?
        _ = await eventually {
            found = host.tasks.first { $0.state == .work && level(of: $0) == depth }?.id
            return found != nil
        }
        return found ?? ""
    }

    func state(of id: String) -> TaskState? { host.tasks.first { $0.id == id }?.state }

    private func level(of task: TaskSummary) -> Int {
        guard let parent = host.tasks.first(where: { $0.id == task.parent }) else { return 0 }
        return 1 + level(of: parent)
    }

    private func dispatch(
        _ method: String,
        _ arguments: [Value],
        _ progress: Call.ProgressSink? = nil
    ) async throws(CallError) -> Reply {
        var bytes: [UInt8] = []
        do throws(PayloadError) { try MessagePack.encode(Value.array(arguments), into: &bytes) } catch {
            throw CallError(error)
        }
        // The positional arguments are followed by the named ones, which are nil.
        MessagePack.writeNull(into: &bytes)
        let payload = Payload(bytes: bytes, codec: MessagePack.self)
        var call = Call(method, arguments: payload)
        call.progress = progress
        return try await router.dispatch(call)
    }
}
