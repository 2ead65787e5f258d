import Postern

/// What is called by the benchmarks.
struct BenchServices {
    let router = Router()
    /// What subscribers listen to.
    let topic: Topic

    /// Registers the methods.
    init() {
        topic = router.topic("bench", history: .none)
        let short = MethodOptions(isSafe: true, execution: .onEventLoop)
        router.root.register("add", "a", "b", options: short) { (a: Int, b: Int) in a &+ b }
        router.root.register("addConcurrent", "a", "b") { (a: Int, b: Int) in a &+ b }
        router.root.register("echo", "value", options: short) { (value: String) in value }
    }
}
