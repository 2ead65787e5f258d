import Postern
import SystemPackage

/// The functions that the tutorial calls on the server: `time.sleep`, `int` and `FileMonitor`.
enum TutorialServices {
    /// Creates a router with all of them.
    static func router() -> Router {
        let router = Router()
        router.root.register("sleep", Parameter<Double>("seconds")) { (seconds: Double) async throws in
            try await Task.sleep(for: .seconds(seconds))
        }
        router.root.register("int", Parameter<String>("text")) { (text: String) async throws -> Int in
            // Long enough for the transcript to print the call while it is pending.
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
            return FileWatch.reference(to: changes, notifying: callback)
        }
        return router
    }
}

/// The error for a text that is not a number.
///
/// It is transferable, so callers in Swift receive it with its own type.
struct ValueError: TransferableError {
    let message: String

    init(_ text: String) { message = "invalid literal for int() with base 10: '\(text)'" }
}
