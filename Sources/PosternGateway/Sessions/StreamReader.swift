import LibWebSockets
import Postern

/// Reads streams for one session, and brings their items to the loop, one at a time.
///
/// The next item is asked for when the last one has been taken on the loop: a slow loop slows the stream down.
final class StreamReader<Key: Hashable & Sendable> {
    private let loop: EventLoop
    private var tasks: [Key: Task<Void, Never>] = [:]
    /// Takes each item, on the loop's thread.
    var onItem: (Key, StreamItem) -> Void = { _, _ in }
    /// Takes the end, with its error if there was one; not called after ``cancel(_:)``.
    var onEnd: (Key, CallError?) -> Void = { _, _ in }

    init(_ loop: EventLoop) { self.loop = loop }

    /// Starts reading.
    func start(_ key: Key, _ stream: ReplyStream) {
        let reader = LoopBound(self, on: loop)
        tasks[key] = Task(executorPreference: loop.concurrentExecutor) {
            var items = stream.makeAsyncIterator()
            do throws(CallError) {
                while let item = try await items.next(), await reader.run({ $0.take(key, item) }) {}
                await reader.run { $0.end(key, nil) }
            } catch {
                await reader.run { $0.end(key, error) }
            }
        }
    }

    /// Stops reading; nothing more is handed in for this key.
    func cancel(_ key: Key) { tasks.removeValue(forKey: key)?.cancel() }

    /// Stops reading all streams.
    func cancelAll() {
        for task in tasks.values { task.cancel() }
        tasks = [:]
    }

    /// Stops reading, and hands nothing in any more.
    func close() {
        cancelAll()
        onItem = { _, _ in }
        onEnd = { _, _ in }
    }

    private func take(_ key: Key, _ item: StreamItem) -> Bool {
        guard tasks[key] != nil else { return false }
        onItem(key, item)
        return true
    }

    private func end(_ key: Key, _ error: CallError?) {
        if tasks.removeValue(forKey: key) != nil { onEnd(key, error) }
    }
}
