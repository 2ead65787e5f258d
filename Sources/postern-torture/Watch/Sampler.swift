import Synchronization

/// Reads the usage of a server ten times a second.
final class Sampler: Sendable {
    private struct Samples {
        var peak = Usage()
        var series: [(seconds: Double, usage: Usage)] = []
    }

    private static let interval = Duration.milliseconds(100)

    private let target: Target
    private let samples = Mutex(Samples())
    private let start = ContinuousClock.now

    init(_ target: Target) { self.target = target }

    /// Reads until the task is cancelled.
    @concurrent
    func run() async {
        while !Task.isCancelled {
            let usage = Usage.current(of: target)
            let seconds = seconds
            samples.withLock { samples in
                samples.peak = samples.peak.peak(with: usage)
                samples.series.append((seconds, usage))
            }
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// The greatest of each number so far.
    var peak: Usage { samples.withLock { $0.peak } }

    /// The seconds since the start.
    var seconds: Double { (ContinuousClock.now - start).inSeconds }

    /// The samples after a time, in seconds since the start.
    func series(after seconds: Double) -> [(seconds: Double, usage: Usage)] {
        samples.withLock { $0.series.filter { $0.seconds >= seconds } }
    }
}
