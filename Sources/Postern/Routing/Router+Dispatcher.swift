extension Router: Dispatcher {
    /// Answers one call with the method registered at its path.
    ///
    /// When the deadline of the call passes first, the handler's task is cancelled and the call ends without waiting
    /// for it, unless the handler runs on an event loop: there it has to end by itself.
    ///
    /// - Throws: `.methodNotFound`, `.invalidParameters`, `.deadlineExceeded`, or what the handler threw.
    public func dispatch(_ call: Call) async throws(CallError) -> Reply {
        let method = try method(for: call)
        switch method.body {
        case .short(let run): return .value(try result(of: run, call))
        case .long(let run):
            if let deadline = call.deadlineMoment { return try await race(method, run, call, until: deadline) }
            return try await run(call)
        }
    }

    // Not parts of `dispatch`, as in `Router+Deadlines.swift`: what they need would be room in the task of every call.

    @inline(never)
    private func method(for call: Call) throws(CallError) -> RegisteredMethod {
        guard let method = find(call.method.utf8.span) else {
            throw CallError(.methodNotFound, "No such method: \(MethodPath.shown(call.method))")
        }
        if call.requiresSafeMethod, !method.isSafe {
            throw .notSafe(method.path)
        }
        if let deadline = call.deadlineMoment, deadline <= .now { throw .deadlineExceeded(executed: .no) }
        return method
    }

    @inline(never)
    private func result(of run: RegisteredMethod.ShortBody, _ call: Call) throws(CallError) -> Payload {
        var result = Payload(bytes: [], codec: call.arguments.codec)
        do throws(CallError) {
            if case .received(let message) = call.arguments.references {
                try message.reading { () throws(CallError) in
                    try run(call.arguments.bytes.span, call.arguments.codec, &result.bytes)
                }
            } else {
                try run(call.arguments.bytes.span, call.arguments.codec, &result.bytes)
            }
            return result
        } catch {
            guard let unfinished = error.unfinished, let caller = call.caller else { throw error }
            return try unfinished.payload(for: caller.link.openConnection)
        }
    }

    /// Tells how the method at this path is run; an unknown one is answered by `dispatch`.
    public func execution(of path: Span<UInt8>) -> MethodExecution { find(path)?.execution ?? .concurrent }
}

extension CallError {
    static func deadlineExceeded(executed: Executed = .unknown) -> CallError {
        CallError(.deadlineExceeded, "The deadline of the call has passed", ran: executed)
    }
}
