import LibWebSockets
import Logging
import Postern
import PosternGateway
import Synchronization

/// The services that the benchmarks call.
struct BenchServices {
    let router = Router()
    /// The topic of the subscribers.
    let topic: Topic

    /// Registers the methods.
    init() {
        topic = router.topic("bench", history: .none)
        let short = MethodOptions(isSafe: true, execution: .onEventLoop)
        router.root.register("add", "a", "b", options: short) { (a: Int, b: Int) in a &+ b }
        router.root.register("addConcurrent", "a", "b") { (a: Int, b: Int) in a &+ b }
        router.root.register("note", "number", options: short) { (number: Int) in }
        router.root.register("callThis", "function", "number", options: short) { (function: Callback, number: Int) in
            try await function.call(number) as Int
        }
        let kept = KeptFunctions()
        router.root.register("keep", "function", options: short) { (function: Callback) in kept.add(function) }
        router.root.register("callBack", "function", "number", options: short) { (function: Int, number: Int) in
            try await kept[function].call(number) as Int
        }
        router.root.registerStream("count", "count", options: short) { (count: Int) in Counting(to: count) }
        router.root.register("echo", "value", options: short) { (value: String) in value }
    }
}

/// Functions of clients that the service retains, by number.
private final class KeptFunctions: Sendable {
    private let functions = Mutex<[Callback]>([])

    subscript(number: Int) -> Callback { functions.withLock { $0[number] } }

    func add(_ function: Callback) -> Int {
        functions.withLock { functions in
            functions.append(function)
            return functions.count - 1
        }
    }
}

/// The numbers from 0, as an asynchronous sequence that never suspends.
struct Counting: AsyncSequence, Sendable {
    private let end: Int

    init(to end: Int) { self.end = end }

    func makeAsyncIterator() -> Iterator { Iterator(end: end) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let end: Int
        private var next = 0

        fileprivate init(end: Int) { self.end = end }

        mutating func next() async -> Int? {
            guard next < end else { return nil }
            defer { next += 1 }
            return next
        }
    }
}

/// A gateway with default options and no files, on a port that the system chooses.
enum BenchGateway {
    static func start(_ router: Router) async throws -> Gateway {
        var configuration = GatewayConfiguration()
        configuration.server.port = 0
        configuration.drain.grace = .zero
        configuration.drain.spread = .zero
        var logger = Logger(label: "postern-bench")
        logger.logLevel = .warning
        return try await Gateway(configuration, dispatcher: router, logger: logger)
    }
}
