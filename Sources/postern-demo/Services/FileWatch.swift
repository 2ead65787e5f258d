import Postern

/// An object that watches a file and notifies a callback of its client.
enum FileWatch {
    /// Starts a worker that calls a callback for each change.
    ///
    /// The worker ends when `stop` is called, when the reference is released by all of its holders, and when the
    /// callback cannot be notified.
    ///
    /// - Parameters:
    ///   - changes: The changes of the file.
    ///   - callback: The function of the client.
    /// - Returns: A reference to the object.
    static func reference(to changes: FileChanges, notifying callback: Callback) -> Reference {
        let worker = Task {
            var iterator = changes.makeAsyncIterator()
            while let change = await iterator.next(), !Task.isCancelled {
                guard (try? callback.notify(change.old, change.new)) != nil else { return }
            }
        }
        let object = Router()
        // Returns when the worker has ended, so that no callback follows the result.
        object.root.register("stop") { () async in
            worker.cancel()
            await worker.value
        }
        object.root.register("text") { () -> String in "<FileMonitor object>" }
        // Called when the last holder releases the reference or disconnects.
        return Reference(to: object, "file monitor") { worker.cancel() }
    }
}
