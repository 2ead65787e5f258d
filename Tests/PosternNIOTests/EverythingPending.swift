import PosternTestSupport
import Postern

/// A server with calls, callbacks, references and streams in flight in both directions, none of which ends by itself.
struct EverythingPending: Sendable {
    let router = Router()
    let kept = Shelf<[Callback]>()
    /// The number of cancelled handlers.
    let cancelled = Counter()

    init() {
        router.root.register("hang", Parameter<[Callback]>("functions")) {
            [kept, cancelled] (functions: [Callback]) async throws in
            kept.put(functions)
            do { try await Task.sleep(for: .seconds(3_600)) } catch {
                cancelled.increment()
                throw error
            }
        }
        // More items than the credit of the reader.
        router.root.registerStream("endless") { () async in
            AsyncStream<Int> { items in for number in 0..<1_000 { items.yield(number) } }
        }
    }

    /// Starts two calls and reads a stream of the other end until it ends.
    func call(_ client: Peer) -> [Task<Void, any Error>] {
        let calls = (0..<2).map { _ in
            Task { try await client.call("hang", [Callback {}, Callback {}], timeout: .seconds(3_600)) }
        }
        let reading = Task { for try await _ in try await client.stream("endless", of: Int.self) {} }
        return calls + [reading]
    }
}
