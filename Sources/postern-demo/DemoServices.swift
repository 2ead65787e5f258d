import Postern
import PosternTasks

/// The services of the demo.
enum DemoServices {
    /// Creates a router with all services.
    ///
    /// - Parameters:
    ///   - offersBench: Whether to register the methods for load generators.
    ///   - host: The host for the service `tasks`; without it that service is not registered.
    /// - Returns: The router.
    static func makeRouter(offersBench: Bool = false, tasks host: TaskHost? = nil) -> Router {
        let router = Router()
        if offersBench { BenchmarkTwins.register(in: router) }
        Bookings.register(in: router)
        Calculator.register(in: router)
        Chat.register(in: router)
        Clock.register(in: router)
        Echo.register(in: router)
        FileMonitor.register(in: router)
        Jobs.register(in: router)
        if let host { DemoTasks.register(in: router, host) }
        return router
    }
}
