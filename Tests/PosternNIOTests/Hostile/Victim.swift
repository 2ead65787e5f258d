import Postern

/// What a server that is attacked exposes.
struct Victim: Sendable {
    let router = Router()
    /// How often a method ran, apart from `one`.
    let runs = Counter()
    /// How many functions that were lent have come back.
    let released = Counter()
    /// `stuck` has begun, and was cancelled.
    let started = Gate()
    let cancelled = Gate()
    /// `storm` has sent what it could.
    let stormed = Gate()
    /// What `keep` was given.
    let kept = Shelf<Callback>()

    /// Answered as they are read, so that what stands behind them is read later.
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

    /// Methods that answer with their argument.
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
