import Postern
import SystemPackage

/// What the tutorial calls on the other side: `time.sleep`, `int` and `FileMonitor`.
enum TutorialServices {
    /// A router with all of them.
    static func router() -> Router {
        let router = Router()
        router.root.register("sleep", Parameter<Double>("seconds")) { (seconds: Double) async throws in
            try await Task.sleep(for: .seconds(seconds))
        }
        router.root.register("int", Parameter<String>("text")) { (text: String) async throws -> Int in
            // Long enough for the call to be seen while it is pending.
            try await Task.sleep(for: .milliseconds(300))
            guard let number = Int(text) else { throw ValueError(text) }
            return number
        }
        router.root.register(
            "FileMonitor",
            Parameter<String>("filename"),
            Parameter<Callback>("callback"),
            Parameter("interval", default: 0.05)
        ) { (filename: String, callback: Callback, interval: Double) -> Reference in
            let interval = Duration.seconds(Interval.clamp(interval, to: 0.01...3600))
            let path = FilePath(filename)
            let changes = FileChanges(path: path, interval: interval, monitors: ActiveCount(), settling: true)
            return FileWatch.reference(to: changes, telling: callback)
        }
        return router
    }
}

/// A text that was to be a number; callers in Swift get it as itself.
struct ValueError: TransferableError {
    let message: String

    init(_ text: String) { message = "invalid literal for int() with base 10: '\(text)'" }
}
