import Postern

/// Gives back what it gets.
enum Echo {
    /// Registers `echo`.
    static func register(in router: Router) {
        let service = router.service("echo", documentation: "Gives back what it gets")
        service.register(
            "echo",
            Parameter<Payload>("value", "Anything"),
            options: quick("Gives back any value, byte for byte")
        ) { (value: Payload) in value }
        service.register(
            "bytes",
            Parameter<[UInt8]>("data", "Bytes; base64 text in JSON"),
            options: quick("Gives back bytes")
        ) { (data: [UInt8]) in data }
    }

    private static func quick(_ documentation: String) -> MethodOptions {
        MethodOptions(documentation: documentation, isSafe: true, execution: .onEventLoop)
    }
}
