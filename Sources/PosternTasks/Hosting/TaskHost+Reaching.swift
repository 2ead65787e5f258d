import Postern

/// Tasks anywhere in the tree, by their identifiers.
///
/// A task that another task has spawned is reached through its parents: each of them passes the call on, under a path that
/// names the task. What is addressed to `task/` of a task is done by its parent. A parent that is neither in Swift nor made
/// with `postern_task.py` may not know of this, and answers with `.methodNotFound`.
extension TaskHost {
    /// Passes a call on to a task of the tree, or ends it, or waits for its result.
    ///
    /// - Parameters:
    ///   - call: A method of the task, or `task/stop`, `task/kill` or `task/result`.
    ///   - id: The identifier of the task.
    /// - Returns: What the task, or its parent, answers.
    /// - Throws: `CallError`: `.notFound` for a task that is not known, or as calls of a task.
    func dispatch(_ call: Call, to id: String) async throws(CallError) -> Reply {
        if let node = node(id) { return try await node.answer(call) }
        guard let task = hub.task(id) else { throw TaskErrors.unknown(id) }
        guard !task.state.isFinal, let branch = hub.branch(of: owner, towards: id), let node = node(branch) else {
            return try task.answer(call)
        }
        var passedOn = call
        passedOn.method = TaskPath.path(of: call.method, in: id)
        do throws(CallError) { return try await node.dispatch(passedOn) } catch {
            // A task above may end, because this one has, before it passes the result on: what it reported by then counts.
            guard call.method == "task/result", error.code == .unavailable || node.state.isFinal else { throw error }
            _ = await node.finished.value()
            guard let task = hub.task(id), task.state.isFinal else { throw error }
            return try task.answer(call)
        }
    }
}

/// The path under which a task passes a call on to another one below it: `task/below/<id>/<method>`.
enum TaskPath {
    private static let prefix = "task/below/"

    static func path(of method: String, in id: String) -> String { "\(prefix)\(id)/\(method)" }

    /// The task and the method that a path leads to; `nil` for all other paths.
    static func target(of path: String) -> (id: String, method: String)? {
        guard path.hasPrefix(prefix) else { return nil }
        let rest = path.dropFirst(prefix.count)
        guard let end = rest.firstIndex(of: "/") else { return nil }
        return (String(rest[..<end]), String(rest[rest.index(after: end)...]))
    }
}

extension TaskNode {
    /// Answers a call that is addressed to this task.
    fileprivate func answer(_ call: Call) async throws(CallError) -> Reply {
        switch call.method {
        case "task/stop": await stop()
        case "task/kill": await kill()
        case "task/result": return .value(try await result())
        case let method where method.hasPrefix("task/"): throw TaskErrors.noSuchMethod(method)
        default: return try await dispatch(call)
        }
        return .value(Payload(encoding: NoResult()))
    }
}

extension TaskSummary {
    /// Answers a call that is addressed to a task that has ended.
    fileprivate func answer(_ call: Call) throws(CallError) -> Reply {
        switch (call.method, state) {
        case ("task/stop", _), ("task/kill", _): return .value(Payload(encoding: NoResult()))
        case ("task/result", .done):
            guard isResultCut != true else {
                throw CallError(.notFound, "The result of task \(id) is too large to be kept", executed: .yes)
            }
            do throws(PayloadError) {
                return .value(try Payload(encoding: result ?? .null, as: MessagePack.self))
            } catch { throw CallError(error) }
        case ("task/result", .stop): throw TaskErrors.stopped(id)
        case ("task/result", .fail):
            let code = code.map(CallError.Code.init(rawValue:)) ?? .handlerFailed
            throw CallError(code, message ?? "Task \(id) failed", executed: .yes)
        default: throw TaskErrors.hasEnded(id, state, call.method)
        }
    }
}
