import Postern

/// Methods of all shapes: several parameters, defaults, none, not safe, large results, streams.
enum Shapes {
    static func register(in router: Router) {
        let shapes = router.service("shapes")
        let short = MethodOptions(isSafe: true, execution: .onEventLoop)
        shapes.register("add", "a", "b", options: short) { (a: Double, b: Double) in a + b }
        shapes.register("history", Parameter<Int>("limit", default: 100), options: short) { (limit: Int) in limit }
        shapes.register(
            "window",
            Parameter<Int>("from", default: 1),
            Parameter<Int?>("to", default: 9),
            Parameter<String>("order", default: "up"),
            options: MethodOptions(isSafe: true)
        ) { (from: Int, to: Int?, order: String) async throws in
            "\(from) \(to.map(String.init) ?? "none") \(order)"
        }
        shapes.register("nothing", options: short) { () in }
        shapes.register("change", "to", options: .init(execution: .onEventLoop)) { (to: Int) in to }
        shapes.register("changeInATask", "to") { (to: Int) async throws in to }
        shapes.register("large", "count", options: MethodOptions(isSafe: true)) { (count: Int) in
            String(repeating: "x", count: min(max(count, 0), 20_000_000))
        }
        shapes.registerStream("count", "to", options: MethodOptions(isSafe: true)) { (to: Int) async throws in
            AsyncStream<Int> { continuation in
                for number in 0..<max(0, min(to, 10)) { continuation.yield(number) }
                continuation.finish()
            }
        }
    }
}
