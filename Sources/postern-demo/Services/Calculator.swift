import Postern

/// The service `calculator`, an example of methods on the event loop.
enum Calculator {
    /// Registers the service.
    static func register(in router: Router) {
        let service = router.service("calculator", documentation: "Arithmetic on numbers")
        service.register("add", a, b, options: quick("Adds two numbers")) { (a: Double, b: Double) in a + b }
        service.register("subtract", a, b, options: quick("Subtracts b from a")) { (a: Double, b: Double) in a - b }
        service.register("multiply", a, b, options: quick("Multiplies two numbers")) { (a: Double, b: Double) in
            a * b
        }
        service.register("divide", a, b, options: division) {
            (a: Double, b: Double) in
            try divide(a, by: b)
        }
        service.register(
            "sum",
            Parameter<[Double]>("values", "The numbers to add"),
            options: quick("Adds any count of numbers")
        ) { (values: [Double]) in values.reduce(0, +) }
    }

    private static let a = Parameter<Double>("a", "The first number")
    private static let b = Parameter<Double>("b", "The second number")

    /// Returns the options of methods that are fast enough to run on the event loop.
    private static func quick(_ documentation: String) -> MethodOptions {
        MethodOptions(documentation: documentation, isSafe: true, execution: .onEventLoop)
    }

    private static var division: MethodOptions {
        MethodOptions(
            documentation: "Divides a by b; code 1001 when b is zero",
            isSafe: true,
            execution: .onEventLoop,
            errors: [.init(.divisionByZero, "division by zero")]
        )
    }

    private static func divide(_ dividend: Double, by divisor: Double) throws(CallError) -> Double {
        // IEEE 754 defines a division by zero as infinity, which JSON cannot represent.
        guard divisor != 0 else { throw CallError(.divisionByZero, "division by zero", executed: .yes) }
        return dividend / divisor
    }
}

extension CallError.Code {
    /// The error code for a division by zero.
    static let divisionByZero = CallError.Code(rawValue: 1001)
}
