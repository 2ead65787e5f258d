import Postern
import SystemPackage

/// Watches a file and tells a callback of every change, with what it was and what it is, as values.
///
/// Its worker ends when it is told to stop, when nobody holds the reference any more, and when the client is gone.
struct TutorialFileMonitor {
    /// The object that the client gets.
    let reference: Reference

    /// Takes the first look and begins to watch.
    init(_ path: FilePath, _ callback: Callback, _ interval: Duration) {
        let first = FileState(path: path)
        let worker = Task { await Self.watch(path, callback, interval, first) }
        let object = Router()
        object.root.register("stop") { () async in
            worker.cancel()
            await worker.value
        }
        object.root.register("text") { () -> String in "<FileMonitor object>" }
        reference = Reference(to: object, "FileMonitor") { worker.cancel() }
    }

    private static func watch(
        _ path: FilePath,
        _ callback: Callback,
        _ interval: Duration,
        _ first: FileState?
    ) async {
        var (known, last) = (first, first)
        while (try? await Task.sleep(for: interval)) != nil {
            let state = FileState(path: path)
            defer { last = state }
            // A look may fall into the middle of a write: a change is one when two looks agree on it.
            guard state != known, state == last else { continue }
            guard (try? callback.notify(known, state)) != nil else { return }
            known = state
        }
    }
}
