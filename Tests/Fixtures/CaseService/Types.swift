import FoundationEssentials
import Postern

/// One method for each type, which returns its argument; `short` ones on the event loop, `later` ones in a task.
enum Types {
    static func register(in router: Router) {
        let types = router.service("types")
        let short = MethodOptions(isSafe: true, execution: .onEventLoop)
        types.register("int", "value", options: short) { (value: Int) in value }
        types.register("small", "value", options: short) { (value: Int8) in value }
        types.register("unsigned", "value", options: short) { (value: UInt64) in value }
        types.register("double", "value", options: short) { (value: Double) in value }
        types.register("float", "value", options: short) { (value: Float) in value }
        types.register("bool", "value", options: short) { (value: Bool) in value }
        types.register("text", "value", options: short) { (value: String) in value }
        types.register("bytes", "value", options: short) { (value: [UInt8]) in value }
        types.register("time", "value", options: short) { (value: Date) in value }
        types.register("url", "value", options: short) { (value: URL) in value }
        types.register("decimal", "value", options: short) { (value: Decimal) in value }
        types.register("order", "value", options: short) { (value: Order) in value }
        types.register("any", "value", options: short) { (value: Value) in value }
        types.register("raw", "value", options: short) { (value: Payload) in value }
        types.register("list", "value", options: short) { (value: [Int]) in value }
        types.register("point", "value", options: short) { (value: Point) in value }
        types.register("optional", "value", options: short) { (value: Int?) in value }
        registerInTasks(in: types)
    }

    /// The same off the loop, and in a task.
    private static func registerInTasks(in types: Service) {
        let safe = MethodOptions(isSafe: true)
        types.register("intOffTheLoop", "value", options: safe) { (value: Int) in value }
        types.register("intInATask", "value", options: safe) { (value: Int) async throws in value }
        types.register("anyInATask", "value", options: safe) { (value: Value) async throws in value }
    }

    private struct Order: Codable, Sendable {
        var price: Decimal
        var link: URL?
        var id: UUID?
    }

    private struct Point: Codable, Sendable {
        var x: Int
        var y: Double?
    }
}
