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

/// The changes of one file since the first look; each reader looks for itself, and stops when it stops reading.
struct FileChanges: AsyncSequence, Sendable {
    private let path: FilePath
    private let interval: Duration
    private let first: FileState?
    private let monitors: ActiveCount
    private let settling: Bool

    /// Takes the first look.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - interval: Between two looks.
    ///   - monitors: Counts the readers.
    ///   - settling: Whether a change is one only when two looks agree on it: one may fall into the middle of a write.
    init(path: FilePath, interval: Duration, monitors: ActiveCount, settling: Bool = false) {
        self.path = path
        self.interval = interval
        self.monitors = monitors
        self.settling = settling
        first = FileState(path: path)
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(changes: self, known: first, last: first, membership: monitors.join())
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let changes: FileChanges
        fileprivate var known: FileState?
        fileprivate var last: FileState?
        /// Counted for as long as this iterator lives.
        fileprivate let membership: ActiveCount.Membership

        /// Waits for the next change; `nil` once the reader is cancelled.
        mutating func next() async -> FileChange? {
            while (try? await Task.sleep(for: changes.interval)) != nil {
                let state = FileState(path: changes.path)
                defer { last = state }
                guard state != known, !changes.settling || state == last else { continue }
                defer { known = state }
                return FileChange(path: changes.path.string, old: known, new: state)
            }
            return nil
        }
    }
}
