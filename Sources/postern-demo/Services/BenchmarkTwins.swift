import Postern

/// The methods for load generators, with the same work in each kind of registration.
///
/// They are registered only with the option `--bench`.
enum BenchmarkTwins {
    /// Registers the service and the topic `bench`.
    static func register(in router: Router) {
        let service = router.service("bench", documentation: "Methods for load generators")
        service.register("add", a, b, options: options("Adds on the event loop", .onEventLoop)) { (a: Int, b: Int) in
            try sum(a, b)
        }
        service.register("addConcurrent", a, b, options: options("Adds on the global executor", .concurrent)) {
            (a: Int, b: Int) in
            try sum(a, b)
        }
        service.register("addAsync", a, b, options: options("Adds in a task on the event loop", .onEventLoop)) {
            (a: Int, b: Int) async throws in
            try sum(a, b)
        }
        service.register("echo", Parameter<Payload>("value"), options: options("Returns its argument", .onEventLoop)) {
            (value: Payload) in value
        }
        registerPublish(in: router, service)
    }

    private static func registerPublish(in router: Router, _ service: Service) {
        let topic = router.topic("bench", documentation: "The published values", history: .none)
        let options = MethodOptions(documentation: "Publishes to the topic bench", execution: .onEventLoop)
        service.register("publish", Parameter<String>("text"), options: options) { (text: String) in
            try topic.publish(text)
            return true
        }
    }

    private static let a = Parameter<Int>("a")
    private static let b = Parameter<Int>("b")

    private static func options(_ documentation: String, _ execution: MethodOptions.Execution) -> MethodOptions {
        MethodOptions(documentation: documentation, isSafe: true, execution: execution)
    }

    private static func sum(_ a: Int, _ b: Int) throws(CallError) -> Int {
        // A caller chooses the numbers, so an overflow must not trap.
        let (sum, overflows) = a.addingReportingOverflow(b)
        guard !overflows else { throw CallError(.invalidParameters, "The sum does not fit 64 bits", executed: .yes) }
        return sum
    }
}
