import Postern
import SystemPackage

/// Watches files by looking at them again and again.
enum FileMonitor {
    /// Registers `files`.
    static func register(in router: Router) {
        let service = router.service("files", documentation: "Watches files of this machine")
        let monitors = ActiveCount()
        service.registerStream(
            "monitor",
            Parameter<String>("path", "The file to watch; it need not be there"),
            Parameter("interval", "Seconds between two looks, 0.05 to 3600", default: 1.0),
            options: MethodOptions(documentation: "Sends an event for every change of a file", isSafe: true)
        ) { (path: String, interval: Double) in
            let interval = Duration.seconds(Interval.clamp(interval, to: 0.05...3600))
            return FileChanges(path: try filePath(path), interval: interval, monitors: monitors)
        }
        registerWatch(in: service, monitors)
        service.register(
            "active",
            options: MethodOptions(documentation: "Counts the running monitors", isSafe: true, execution: .onEventLoop)
        ) { () -> Int in monitors.count }
    }

    /// The same as a constructor called from afar: its result is an object with a worker behind it.
    private static func registerWatch(in service: Service, _ monitors: ActiveCount) {
        service.register(
            "watch",
            Parameter<String>("path", "The file to watch; it need not be there"),
            Parameter<Callback>("callback", "Called with what a look found before and what it finds now, or null"),
            Parameter("interval", "Seconds between two looks, 0.05 to 3600", default: 1.0),
            options: MethodOptions(documentation: "Gives an object whose method stop ends the watching")
        ) { (path: String, callback: Callback, interval: Double) throws -> Reference in
            let interval = Duration.seconds(Interval.clamp(interval, to: 0.05...3600))
            let changes = FileChanges(path: try filePath(path), interval: interval, monitors: monitors)
            return FileWatch.reference(to: changes, telling: callback)
        }
    }

    private static func filePath(_ text: String) throws(CallError) -> FilePath {
        guard !text.isEmpty, !text.utf8.contains(0) else {
            throw CallError(.invalidParameters, "Parameter path is no path", executed: .no)
        }
        return FilePath(text)
    }
}
