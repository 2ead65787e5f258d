import Postern

/// Everything that the demo offers.
enum DemoServices {
    /// A router with all services.
    ///
    /// - Parameter offersBench: Whether the methods for load generators are among them.
    /// - Returns: The router, to be served.
    static func makeRouter(offersBench: Bool = false) -> Router {
        let router = Router()
        if offersBench { BenchmarkTwins.register(in: router) }
        Calculator.register(in: router)
        Chat.register(in: router)
        Clock.register(in: router)
        Echo.register(in: router)
        FileMonitor.register(in: router)
        Jobs.register(in: router)
        return router
    }
}
