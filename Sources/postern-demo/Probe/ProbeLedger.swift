import Postern
import Synchronization

/// Counts the references that were passed to clients and the releases of them.
final class ProbeLedger: Sendable {
    private let lent = Atomic(0)
    private let released = Atomic(0)

    /// The number of references that were passed, and of notifications of a release.
    var counts: (lent: Int, released: Int) {
        (lent.load(ordering: .relaxed), released.load(ordering: .relaxed))
    }

    /// Creates a reference to a new object and counts it.
    func reference() -> Reference {
        let object = Router()
        object.root.register("text") { () -> String in "<probe>" }
        object.root.register("wait") { () async throws in try await Task.sleep(for: .seconds(60)) }
        lent.add(1, ordering: .relaxed)
        return Reference(to: object, "probe") { [self] in released.add(1, ordering: .relaxed) }
    }
}

/// References together with a text that makes their message large.
struct Loan: Encodable, Sendable {
    let references: [Reference]
    let text: String

    init(count: Int, bytes: Int, from ledger: ProbeLedger) {
        references = (0..<min(max(count, 0), 100)).map { _ in ledger.reference() }
        text = String(repeating: "x", count: min(max(bytes, 0), 20_000_000))
    }
}

/// A stream of references, one each millisecond.
struct Loans: AsyncSequence, AsyncIteratorProtocol, Sendable {
    var left: Int
    let ledger: ProbeLedger

    func makeAsyncIterator() -> Loans { self }

    mutating func next() async throws -> Reference? {
        guard left > 0 else { return nil }
        left -= 1
        try await Task.sleep(for: .milliseconds(1))
        return ledger.reference()
    }
}

/// Callbacks of clients that are kept for other clients, at most 16.
struct KeptCallbacks: Sendable {
    private var callbacks: [Callback] = []

    var count: Int { callbacks.count }

    /// Keeps a callback, removing the oldest one above the limit.
    ///
    /// - Parameter callback: The callback.
    /// - Returns: A random callback that was kept before, or `nil` for the first.
    mutating func exchange(_ callback: Callback) -> Callback? {
        // After the choice: a client must not receive its own callback.
        defer {
            callbacks.append(callback)
            if callbacks.count > Self.most { callbacks.removeFirst() }
        }
        return callbacks.randomElement()
    }

    mutating func removeAll() { callbacks = [] }

    private static let most = 16
}
