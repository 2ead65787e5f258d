import Postern

/// Watches one file for a caller that was given a reference to it.
enum FileWatch {
    /// Starts a worker that calls back for each change; it ends by `stop`, when nobody holds the reference any more, and
    /// when the caller cannot be told.
    static func reference(to changes: FileChanges, telling callback: Callback) -> Reference {
        let worker = Task {
            var iterator = changes.makeAsyncIterator()
            while let change = await iterator.next(), !Task.isCancelled {
                guard (try? callback.notify(change.old, change.new)) != nil else { return }
            }
        }
        let object = Router()
        object.root.register("stop") { () async in
            worker.cancel()
            await worker.value
        }
        object.root.register("text") { () -> String in "<FileMonitor object>" }
        return Reference(to: object, "file monitor") { worker.cancel() }
    }
}
