import LibWebSockets
import Postern

/// Reads streams for one session, and brings their items to the loop, one at a time.
///
/// The next item is asked for when the last one has been taken on the loop: a slow loop slows the stream down, and so
/// does a client between ``hold()`` and ``release()``.
final class StreamReader<Key: Hashable & Sendable> {
    private let loop: EventLoop
    private var tasks: [Key: Task<Void, Never>] = [:]
    /// Items that wait for ``release()``, at most one of each stream.
    private var held: [Key: HeldItem] = [:]
    private var isHolding = false
    /// Takes each item, on the loop's thread.
    var onItem: (Key, StreamItem) -> Void = { _, _ in }
    /// Takes the end, with its error if there was one; not called after ``cancel(_:)``.
    var onEnd: (Key, CallError?) -> Void = { _, _ in }

    private struct HeldItem {
        let item: StreamItem
        /// Resumed with whether the next item is wanted.
        let continuation: CheckedContinuation<Bool, Never>
    }

    init(_ loop: EventLoop) { self.loop = loop }

    /// Starts reading.
    func start(_ key: Key, _ stream: ReplyStream) {
        let reader = LoopBound(self, on: loop)
        tasks[key] = Task(executorPreference: loop.concurrentExecutor) {
            var items = stream.makeAsyncIterator()
            do throws(CallError) {
                while let item = try await items.next(), await reader.deliver(item, of: key) {}
                await reader.run { $0.end(key, nil) }
            } catch {
                await reader.run { $0.end(key, error) }
            }
        }
    }

    /// Stops reading; nothing more is handed in for this key.
    func cancel(_ key: Key) {
        tasks.removeValue(forKey: key)?.cancel()
        held.removeValue(forKey: key)?.continuation.resume(returning: false)
    }

    /// Stops reading all streams.
    func cancelAll() {
        for task in tasks.values { task.cancel() }
        tasks = [:]
        for waiting in exchange(&held, with: [:]).values { waiting.continuation.resume(returning: false) }
    }

    /// Takes no item until ``release()``.
    func hold() { isHolding = true }

    /// Takes the items that wait, and those that follow, until the next ``hold()``.
    func release() {
        isHolding = false
        for (key, waiting) in exchange(&held, with: [:]) { take(key, waiting) }
    }

    /// Stops reading, and hands nothing in any more.
    func close() {
        cancelAll()
        onItem = { _, _ in }
        onEnd = { _, _ in }
    }

    private func take(_ key: Key, _ waiting: HeldItem) {
        guard tasks[key] != nil else { return waiting.continuation.resume(returning: false) }
        if isHolding { return held[key] = waiting }
        onItem(key, waiting.item)
        waiting.continuation.resume(returning: true)
    }

    fileprivate func take(_ key: Key, _ item: StreamItem, _ continuation: CheckedContinuation<Bool, Never>) {
        take(key, HeldItem(item: item, continuation: continuation))
    }

    private func end(_ key: Key, _ error: CallError?) {
        if tasks.removeValue(forKey: key) != nil { onEnd(key, error) }
    }
}

extension LoopBound {
    /// Has the reader take an item on its loop; returns whether the next one is wanted, once it is.
    fileprivate func deliver<Key>(_ item: StreamItem, of key: Key) async -> Bool where Value == StreamReader<Key> {
        await withCheckedContinuation { continuation in
            loop.execute { value.take(key, item, continuation) }
        }
    }
}
