import Postern

/// Calls to tasks anywhere in the tree, by their identifiers.
///
/// A call to a task that another task has spawned is forwarded by each of the tasks in between, under a path that
/// contains the identifier. Methods below `task/` are served by the parent of the addressed task. A parent that is
/// neither written in Swift nor with `postern_task.py` may not implement forwarding; it answers with `.methodNotFound`
/// then.
extension TaskHost {
    /// Dispatches a call to a task of the tree.
    ///
    /// - Parameters:
    ///   - call: A call of a method of the task, or of `task/stop`, `task/kill` or `task/result`.
    ///   - id: The identifier of the task.
    /// - Returns: The reply of the task, or of its parent.
    /// - Throws: `CallError`: `.notFound` for an unknown task, or the errors of a call of a task.
    func dispatch(_ call: Call, to id: String) async throws(CallError) -> Reply {
        if let node = node(id) { return try await node.answer(call) }
        guard let task = hub.task(id) else { throw TaskErrors.unknown(id) }
        guard !task.state.isFinal, let branch = hub.branch(of: owner, towards: id), let node = node(branch) else {
            return try task.answer(call)
        }
        var passedOn = call
        passedOn.method = TaskPath.path(of: call.method, in: id)
        do throws(CallError) { return try await node.dispatch(passedOn) } catch {
            // The failure of a task may end the tasks above it before they have forwarded its result. The events that
            // they have reported until then describe the result.
            guard call.method == "task/result", error.code == .unavailable || node.state.isFinal else { throw error }
            _ = await node.finished.value()
            guard let task = hub.task(id), task.state.isFinal else { throw error }
            return try task.answer(call)
        }
    }
}

/// The paths of calls that a task forwards to a task below it: `task/below/<id>/<method>`.
enum TaskPath {
    private static let prefix = "task/below/"

    static func path(of method: String, in id: String) -> String { "\(prefix)\(id)/\(method)" }

    /// Returns the task and the method that a path addresses, or `nil` for all other paths.
    static func target(of path: String) -> (id: String, method: String)? {
        guard path.hasPrefix(prefix) else { return nil }
        let rest = path.dropFirst(prefix.count)
        guard let end = rest.firstIndex(of: "/") else { return nil }
        return (String(rest[..<end]), String(rest[rest.index(after: end)...]))
    }
}

extension TaskNode {
    /// Serves a call that is addressed to this task: methods below `task/` here, all others by the task.
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
    /// Answers a call that is addressed to a task that has ended, from what is recorded of it.
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
