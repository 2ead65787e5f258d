import Postern
import SystemPackage

/// The service `files`, which watches files by polling.
enum FileMonitor {
    /// Registers the service.
    static func register(in router: Router) {
        let service = router.service("files", documentation: "Watches files of this machine")
        let monitors = ActiveCount()
        service.registerStream(
            "monitor",
            Parameter<String>("path", "The file to watch, which may not exist yet"),
            Parameter("interval", "Seconds between two checks, 0.05 to 3600", default: 1.0),
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

    /// Registers `watch`, which returns a reference to an object and calls a callback of the client for each change.
    private static func registerWatch(in service: Service, _ monitors: ActiveCount) {
        service.register(
            "watch",
            Parameter<String>("path", "The file to watch, which may not exist yet"),
            Parameter<Callback>("callback", "Called with what a look found before and what it finds now, or null"),
            Parameter("interval", "Seconds between two checks, 0.05 to 3600", default: 1.0),
            options: MethodOptions(documentation: "Returns an object whose method stop ends the watching")
        ) { (path: String, callback: Callback, interval: Double) throws -> Reference in
            let interval = Duration.seconds(Interval.clamp(interval, to: 0.05...3600))
            let changes = FileChanges(path: try filePath(path), interval: interval, monitors: monitors)
            return FileWatch.reference(to: changes, notifying: callback)
        }
    }

    private static func filePath(_ text: String) throws(CallError) -> FilePath {
        // A null byte would truncate the path in the system call, which takes PATH_MAX bytes at most. A monitor keeps it.
        guard !text.isEmpty, !text.utf8.contains(0), text.utf8.count < 4_096 else {
            throw CallError(.invalidParameters, "Parameter path is no path", executed: .no)
        }
        return FilePath(text)
    }
}
