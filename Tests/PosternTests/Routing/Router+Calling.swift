import Postern

extension Router {
    /// Calls a method with positional or named arguments and returns its decoded result.
    func call(
        _ method: String,
        _ positional: [Value] = [],
        named: [Value.Member] = [],
        deadline: ContinuousClock.Instant? = nil,
        requiresSafeMethod: Bool = false,
        progress: Call.ProgressSink? = nil
    ) async throws(CallError) -> Value {
        let call = Call(
            method,
            arguments: arguments(positional, named),
            deadline: deadline,
            requiresSafeMethod: requiresSafeMethod,
            progress: progress
        )
        guard case .value(let payload) = try await dispatch(call) else {
            throw CallError(.internalError, "the answer is a stream")
        }
        do { return try Value(decoding: payload) } catch { throw CallError(.internalError, error.message) }
    }

    /// Calls a method whose reply is a stream.
    func stream(_ method: String, _ positional: [Value] = []) async throws(CallError) -> ReplyStream {
        guard case .stream(let stream) = try await dispatch(Call(method, arguments: arguments(positional, []))) else {
            throw CallError(.internalError, "the answer is a value")
        }
        return stream
    }

    /// Returns the error of a call, or `nil` if the call succeeds.
    func failure(
        _ method: String,
        _ positional: [Value] = [],
        named: [Value.Member] = [],
        deadline: ContinuousClock.Instant? = nil,
        requiresSafeMethod: Bool = false
    ) async -> CallError? {
        do throws(CallError) {
            _ = try await call(
                method,
                positional,
                named: named,
                deadline: deadline,
                requiresSafeMethod: requiresSafeMethod
            )
        } catch { return error }
        return nil
    }

    private func arguments(_ positional: [Value], _ named: [Value.Member]) -> Payload {
        var payload = Payload(bytes: [], codec: MessagePack.self)
        try? MessagePack.encode(positional.isEmpty ? Value.null : .array(positional), into: &payload.bytes)
        try? MessagePack.encode(named.isEmpty ? Value.null : .map(named), into: &payload.bytes)
        return payload
    }
}
