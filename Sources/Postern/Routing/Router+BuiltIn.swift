extension Router {
    /// Registers what every router offers by itself under `rpc`.
    func addBuiltInMethods() {
        let result = ResultEncoder<RouterDescription>()
        addBuiltIn("describe", "Lists services, methods and topics", parameters: [], result: "object") {
            [unowned self] (call) async throws(CallError) in
            .value(try result.payload(description, as: call.arguments.codec))
        }
    }

    private func addBuiltIn(
        _ name: String,
        _ documentation: String,
        parameters: [ParameterDescription],
        result: String,
        isStream: Bool = false,
        _ body: @escaping RegisteredMethod.LongBody
    ) {
        let description = MethodDescription(
            path: "\(MethodPath.builtIn)/\(name)",
            documentation: documentation,
            parameters: parameters,
            result: result,
            isStream: isStream,
            isSafe: true
        )
        add(RegisteredMethod(.long(body), description: description, execution: .concurrent))
    }
}
