import Postern
import PosternNIO
import Synchronization

/// Eight tasks that repeatedly call `jobs/run` of 20 ms over one `ReconnectingPeer`.
///
/// Prints one line of JSON at the end: the number of answered calls, the duration of the longest, and the code and
/// `executed` of each failed call.
struct Load {
    private struct Results {
        var answered = 0
        var longest = Duration.zero
        var failures: [String] = []
    }

    private final class Shared: Sendable {
        let results = Mutex(Results())
    }

    private let peer: ReconnectingPeer
    private let end: ContinuousClock.Instant
    private let shared = Shared()

    init(on address: Address, for time: Duration) {
        peer = ReconnectingPeer.connect(to: address)
        end = .now + time
    }

    func run() async {
        await withTaskGroup { tasks in
            for _ in 0..<8 { tasks.addTask { await keepCalling() } }
        }
        await peer.stop()
        let results = shared.results.withLock { $0 }
        let milliseconds = results.longest / .milliseconds(1)
        let failures = results.failures.map { "\"\($0)\"" }.joined(separator: ",")
        print("{\"answered\":\(results.answered),\"longestMs\":\(milliseconds),\"failures\":[\(failures)]}")
    }

    private func keepCalling() async {
        while end > .now {
            let began = ContinuousClock.now
            do throws(CallError) {
                _ = try await peer.reply(to: "jobs/run", 1, 20, timeout: .seconds(20))
                note(.now - began)
            } catch {
                shared.results.withLock { $0.failures.append("\(error.code.rawValue) \(error.executed.rawValue)") }
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    private func note(_ time: Duration) {
        shared.results.withLock { results in
            results.answered += 1
            results.longest = max(results.longest, time)
        }
    }
}
