import Postern

/// Gives back what it gets.
enum Echo {
    /// Registers `echo`.
    static func register(in router: Router) {
        let service = router.service("echo", documentation: "Gives back what it gets")
        service.registerRaw(
            "echo",
            parameters: [ParameterDescription(name: "value", documentation: "Anything")],
            options: quick("Gives back any value, byte for byte"),
            handler: sameValue
        )
        service.register(
            "bytes",
            Parameter<[UInt8]>("data", "Bytes; base64 text in JSON"),
            options: quick("Gives back bytes")
        ) { (data: [UInt8]) in data }
    }

    private static let parameters = ParameterList(["value"])

    private static func quick(_ documentation: String) -> MethodOptions {
        MethodOptions(documentation: documentation, isSafe: true, execution: .onEventLoop)
    }

    /// Cuts the one argument out of the encoded arguments; it is never decoded.
    @concurrent
    private static func sameValue(_ call: Call) async throws(CallError) -> Reply {
        let (bytes, codec) = (call.arguments.bytes, call.arguments.codec)
        let ranges: ArgumentRanges
        do throws(PayloadError) { ranges = try codec.locateArguments(bytes.span, for: parameters) } catch {
            throw CallError(error)
        }
        guard !ranges.isMissing(0) else { throw CallError(.invalidParameters, "Parameter value is missing") }
        return .value(Payload(bytes: Array(bytes[ranges[0]]), codec: codec))
    }
}
