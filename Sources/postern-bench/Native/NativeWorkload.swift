import ArgumentParser
import Postern
import PosternMeasuring

/// An operation that a task repeats over a native connection.
enum NativeWorkload: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// A call of a short method.
    case call
    /// A call of a method that runs on the global executor.
    case concurrent
    /// A call during which the server calls a function that it has received before.
    case callback
    /// A call with a function as an argument, which the server calls before it replies.
    case reference
    /// Notifications, ``multiple`` in a row, then one call, whose reply shows that all have arrived.
    case event
    /// One item of a stream.
    case stream

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The number of operations in each timed round.
    var multiple: Int {
        switch self {
        case .event: 256
        case .stream: 1_000
        default: 1
        }
    }

    /// Runs one round and checks its results.
    func check(_ peer: Peer) async throws { try await once(peer, Self.function(), number: try await Self.keep(peer)) }

    /// Repeats the operation until a time, or for a number of rounds, and returns the durations of the rounds.
    func run(on peer: Peer, until end: ContinuousClock.Instant, atMost rounds: Int) async throws -> Histogram {
        var times = Histogram()
        let function = Self.function()
        let number = try await Self.keep(peer)
        var now = ContinuousClock.now
        while now < end, times.count < rounds {
            try await once(peer, function, number: number)
            let after = ContinuousClock.now
            times.record(after - now)
            now = after
        }
        return times
    }

    private static func function() -> Callback {
        Callback(execution: .onEventLoop) { (number: Int) in number &+ 1 }
    }

    /// Passes a function to the server, and returns its number there.
    private static func keep(_ peer: Peer) async throws -> Int { try await peer.call("keep", function()) }

    private nonisolated(nonsending) func once(_ peer: Peer, _ function: Callback, number: Int) async throws {
        switch self {
        case .call: try expect(3, try await peer.call("add", 1, 2))
        case .concurrent: try expect(3, try await peer.call("addConcurrent", 1, 2))
        case .callback: try expect(4, try await peer.call("callBack", number, 3))
        case .reference: try expect(4, try await peer.call("callThis", function, 3))
        case .event:
            for number in 1..<multiple { try peer.notify("note", number) }
            try expect(3, try await peer.call("add", 1, 2))
        case .stream:
            var next = 0
            for try await item in try await peer.stream("count", multiple, of: Int.self) {
                try expect(next, item)
                next += 1
            }
            try expect(multiple, next)
        }
    }

    private func expect(_ expected: Int, _ answer: Int) throws {
        guard answer == expected else { throw BenchmarkFailure("\(self) returned \(answer), not \(expected)") }
    }
}
