import Postern
import Synchronization

/// Counts the references that were lent, and the ends of their loans.
final class ProbeLedger: Sendable {
    private let lent = Atomic(0)
    private let released = Atomic(0)

    /// How many were lent, and how often an owner was notified of a release.
    var counts: (lent: Int, released: Int) {
        (lent.load(ordering: .relaxed), released.load(ordering: .relaxed))
    }

    /// A reference to a new object, which is counted.
    func reference() -> Reference {
        let object = Router()
        object.root.register("text") { () -> String in "<probe>" }
        object.root.register("wait") { () async throws in try await Task.sleep(for: .seconds(60)) }
        lent.add(1, ordering: .relaxed)
        return Reference(to: object, "probe") { [self] in released.add(1, ordering: .relaxed) }
    }
}

/// References, and a text that makes their message large.
struct Loan: Encodable, Sendable {
    let references: [Reference]
    let text: String

    init(count: Int, bytes: Int, from ledger: ProbeLedger) {
        references = (0..<min(max(count, 0), 100)).map { _ in ledger.reference() }
        text = String(repeating: "x", count: min(max(bytes, 0), 20_000_000))
    }
}

/// References one after the other.
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

/// Functions of clients, kept for other clients; at most 16.
struct KeptCallbacks: Sendable {
    private var callbacks: [Callback] = []

    var count: Int { callbacks.count }

    /// Keeps a function, and returns one that was kept before; the oldest is dropped beyond the limit.
    mutating func exchange(_ callback: Callback) -> Callback? {
        defer {
            callbacks.append(callback)
            if callbacks.count > Self.most { callbacks.removeFirst() }
        }
        return callbacks.randomElement()
    }

    mutating func removeAll() { callbacks = [] }

    private static let most = 16
}
