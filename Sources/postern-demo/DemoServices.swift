import Postern

/// Everything that the demo offers.
enum DemoServices {
    /// A router with all services.
    static func makeRouter() -> Router {
        let router = Router()
        BenchmarkTwins.register(in: router)
        Calculator.register(in: router)
        Chat.register(in: router)
        Clock.register(in: router)
        Echo.register(in: router)
        FileMonitor.register(in: router)
        Jobs.register(in: router)
        return router
    }
}
