import Postern
import PosternTasks

/// Everything that the demo offers.
enum DemoServices {
    /// A router with all services.
    ///
    /// - Parameters:
    ///   - offersBench: Whether the methods for load generators are among them.
    ///   - host: Spawns the tasks of the service `tasks`, which is there with it.
    /// - Returns: The router, to be served.
    static func makeRouter(offersBench: Bool = false, tasks host: TaskHost? = nil) -> Router {
        let router = Router()
        if offersBench { BenchmarkTwins.register(in: router) }
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
