import Synchronization

/// What an attack has seen, from all of its tasks.
final class AttackRecord: Sendable {
    private let outcome = Mutex(AttackOutcome())

    /// Counts a connection.
    func countConnection() { outcome.withLock { $0.connections += 1 } }

    /// Counts a refusal, such as `-32009`, `close 4408` or `503`.
    func note(_ refusal: String) { outcome.withLock { $0.refusals[refusal, default: 0] += 1 } }

    /// Records a wrong answer.
    func fault(_ text: String) { outcome.withLock { if $0.faults.count < 10 { $0.faults.append(text) } } }

    /// Checks an answer of the server.
    ///
    /// - Parameters:
    ///   - name: The name of what was sent.
    ///   - answer: The answer.
    ///   - expected: The answers that are right.
    func check(_ name: String, _ answer: String, among expected: [String]) {
        note(answer)
        if !expected.contains(answer) {
            fault("\(name): \(answer) instead of \(expected.joined(separator: " or "))")
        }
    }

    /// What has been seen so far.
    var current: AttackOutcome { outcome.withLock { $0 } }
}

/// The result of an attack.
struct AttackOutcome: Codable, Sendable {
    /// The number of connections that were opened.
    var connections = 0
    /// The number of refusals of each kind.
    var refusals: [String: Int] = [:]
    /// The answers that were wrong, at most ten.
    var faults: [String] = []
}
