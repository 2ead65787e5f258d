import Postern

/// The dispatcher of a child for the calls of its parent.
///
/// Paths below `task/` control the task or are forwarded to the tasks below it; all others are methods of the task.
struct ChildDispatcher: Dispatcher {
    let control: Router
    let methods: Router
    /// Returns the host of the tasks below; throws before the task has been started.
    let host: @Sendable () throws(CallError) -> TaskHost

    func dispatch(_ call: Call) async throws(CallError) -> Reply {
        if let (id, method) = TaskPath.target(of: call.method) {
            var call = call
            call.method = method
            return try await host().dispatch(call, to: id)
        }
        return try await (call.method.hasPrefix("task/") ? control : methods).dispatch(call)
    }

    func execution(of path: Span<UInt8>) -> MethodExecution {
        Self.isControl(path) ? control.execution(of: path) : methods.execution(of: path)
    }

    private static func isControl(_ path: Span<UInt8>) -> Bool {
        // Compared byte by byte, as this runs for every call and must not allocate a string.
        guard path.count > 5 else { return false }
        for (index, byte) in "task".utf8.enumerated() where path[index] != byte { return false }
        return path[4] == UInt8(ascii: "/") || path[4] == UInt8(ascii: ".")
    }
}
