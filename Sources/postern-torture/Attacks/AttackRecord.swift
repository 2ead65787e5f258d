import Synchronization

/// What an attack has seen, from all of its tasks.
final class AttackRecord: Sendable {
    private struct State {
        var outcome = AttackOutcome()
        /// The number of connections that are open.
        var open = 0
    }

    private let state = Mutex(State())

    /// Counts a connection that was opened.
    func countOpen() {
        state.withLock { state in
            state.open += 1
            state.outcome.connections = max(state.outcome.connections, state.open)
        }
    }

    /// Counts a connection that has closed.
    func countClosed() { state.withLock { $0.open -= 1 } }

    /// Counts a refusal, such as `-32009`, `close 4408` or `503`.
    func note(_ refusal: String) { state.withLock { $0.outcome.refusals[refusal, default: 0] += 1 } }

    /// Records a wrong answer.
    func fault(_ text: String) {
        state.withLock { if $0.outcome.faults.count < 10 { $0.outcome.faults.append(text) } }
    }

    /// Records the figures of an overload.
    func measured(_ figures: OverloadFigures) { state.withLock { $0.outcome.overload = figures } }

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
    var current: AttackOutcome { state.withLock { $0.outcome } }
}

/// The result of an attack.
struct AttackOutcome: Codable, Sendable {
    /// The greatest number of connections that were open at one time.
    var connections = 0
    /// The number of refusals of each kind.
    var refusals: [String: Int] = [:]
    /// The answers that were wrong, at most ten.
    var faults: [String] = []
    /// The figures of an overload; `nil` for other attacks.
    var overload: OverloadFigures?
}
