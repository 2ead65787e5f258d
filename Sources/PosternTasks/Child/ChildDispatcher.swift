import Postern

/// What the parent reaches in a child: how it is run under `task/`, with the tasks below, and what the task exposes
/// everywhere else.
struct ChildDispatcher: Dispatcher {
    let control: Router
    let methods: Router
    /// Knows the tasks below, once the task has been started.
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
        guard path.count > 5 else { return false }
        for (index, byte) in "task".utf8.enumerated() where path[index] != byte { return false }
        return path[4] == UInt8(ascii: "/") || path[4] == UInt8(ascii: ".")
    }
}
