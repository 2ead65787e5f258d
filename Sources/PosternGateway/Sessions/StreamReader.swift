import LibWebSockets
import Postern

/// A reader of the reply streams of one session, which delivers their items on the loop.
///
/// The next item of a stream is requested after the last one has been delivered. So a slow loop exerts back-pressure on
/// the stream, and so does a slow client, between ``hold()`` and ``release()``.
final class StreamReader<Key: Hashable & Sendable> {
    private let loop: EventLoop
    private var tasks: [Key: Task<Void, Never>] = [:]
    /// The items that wait for ``release()``, at most one of each stream.
    private var held: [Key: HeldItem] = [:]
    private var isHolding = false
    /// A function that receives each item on the loop's thread.
    var onItem: (Key, StreamItem) -> Void = { _, _ in }
    /// A function that receives the end of a stream, with its error if it has failed; not called after ``cancel(_:)``.
    var onEnd: (Key, CallError?) -> Void = { _, _ in }

    private struct HeldItem {
        let item: StreamItem
        /// The continuation of the task that reads the stream, resumed with whether to read the next item.
        let continuation: CheckedContinuation<Bool, Never>
    }

    init(_ loop: EventLoop) { self.loop = loop }

    /// Starts to read a stream.
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

    /// Stops reading a stream; neither function is called for its key again.
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

    /// Pauses the delivery of items until ``release()``.
    func hold() { isHolding = true }

    /// Delivers the items that wait, and resumes the delivery until the next ``hold()``.
    func release() {
        isHolding = false
        for (key, waiting) in exchange(&held, with: [:]) { take(key, waiting) }
    }

    /// Stops reading all streams, and releases both functions.
    func close() {
        cancelAll()
        onItem = { _, _ in }
        onEnd = { _, _ in }
    }

    private func take(_ key: Key, _ waiting: HeldItem) {
        // Cancelled while the item was on its way to the loop.
        guard tasks[key] != nil else { return waiting.continuation.resume(returning: false) }
        // A delivery may hold the reader again, so `release()` can come here too.
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
    /// Delivers an item on the loop, and returns whether to read the next one.
    fileprivate func deliver<Key>(_ item: StreamItem, of key: Key) async -> Bool where Value == StreamReader<Key> {
        await withCheckedContinuation { continuation in
            loop.execute { value.take(key, item, continuation) }
        }
    }
}
