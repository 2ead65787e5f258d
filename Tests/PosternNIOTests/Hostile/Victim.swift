import PosternTestSupport
import Postern

/// The methods of a server that is attacked.
struct Victim: Sendable {
    let router = Router()
    /// The number of calls, without those of `one`.
    let runs = Counter()
    /// The number of exported functions that were released.
    let released = Counter()
    /// Opened when `stuck` has begun, and when it was cancelled.
    let started = Gate()
    let cancelled = Gate()
    /// Opened when `storm` has ended.
    let stormed = Gate()
    /// The functions that `keep` has received.
    let kept = Shelf<Callback>()

    /// Methods that run on the event loop, before the next frame is read.
    private static let short = MethodOptions(execution: .onEventLoop)

    init() {
        router.root.register("one", options: Self.short) { 1 }
        registerValues()
        registerReferences()
        router.root.register("stuck") { [runs, started, cancelled] () async throws in
            runs.increment()
            started.open()
            do { try await Task.sleep(for: .seconds(3_600)) } catch {
                cancelled.open()
                throw error
            }
        }
    }

    /// Registers methods that return their argument.
    private func registerValues() {
        router.root.register("echo", Parameter<Value>("value"), options: Self.short) { [runs] (value: Value) in
            runs.increment()
            return value
        }
        router.root.register("integer", Parameter<Int>("value"), options: Self.short) { [runs] (value: Int) in
            runs.increment()
            return value
        }
        router.root.register("double", Parameter<Double>("value"), options: Self.short) { [runs] (value: Double) in
            runs.increment()
            return value
        }
    }

    private func registerReferences() {
        let same = Callback { [runs] in
            runs.increment()
            return 7
        }
        router.root.register("give", options: Self.short) { same }
        router.root.register("lend", Parameter<Int>("count")) { [released] (count: Int) in
            (0..<count).map { _ in Callback(onRelease: { released.increment() }, handler: {}) }
        }
        router.root.register("keep", Parameter<Callback>("function")) { [kept] (function: Callback) async in
            kept.put(function)
        }
        router.root.register("kept") { [kept] in kept.all }
        router.root.register("storm", Parameter<Callback>("event"), Parameter<Int>("count")) {
            [stormed] (event: Callback, count: Int) async in
            defer { stormed.open() }
            let text = String(repeating: "a", count: 10_000)
            var sent = 0
            for number in 0..<count {
                if (try? event.notify(number, text)) != nil { sent += 1 }
                await Task.yield()
            }
            return sent
        }
    }
}
