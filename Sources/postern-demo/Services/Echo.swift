import Postern

/// The service `echo`, which returns its arguments.
enum Echo {
    /// Registers the service.
    static func register(in router: Router) {
        let service = router.service("echo", documentation: "Methods that return their argument")
        service.register(
            "echo",
            Parameter<Payload>("value", "Anything"),
            options: quick("Returns its argument, byte for byte")
        ) { (value: Payload) in value }
        service.register(
            "bytes",
            Parameter<[UInt8]>("data", "Bytes; base64 text in JSON"),
            options: quick("Returns the bytes")
        ) { (data: [UInt8]) in data }
        service.register(
            "back",
            Parameter<String>("method", "One that the caller serves itself"),
            Parameter<Payload>("value", "Its argument"),
            options: MethodOptions(documentation: "Calls the caller back, and returns its answer")
        ) { (context: CallContext, method: String, value: Payload) async throws -> Payload in
            guard let caller = context.caller else {
                throw CallError(.invalidRequest, "The caller cannot be called back", executed: .no)
            }
            return try await caller.call(method, value)
        }
        service.register(
            "fail",
            Parameter<String>("reason", "What the log says, and the caller does not see"),
            options: MethodOptions(documentation: "Fails as a method with a mistake does")
        ) { (reason: String) throws in throw Mistake(description: reason) }
    }

    /// An error whose description is logged and not sent to callers.
    private struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    private static func quick(_ documentation: String) -> MethodOptions {
        MethodOptions(documentation: documentation, isSafe: true, execution: .onEventLoop)
    }
}
