import PosternMeasuring
import PosternPrograms

/// The result of one measurement.
struct Measurement {
    let name: String
    let duration: Duration
    let times: Histogram
    /// The number of operations; larger than the number of durations when several operations are timed together.
    let count: Int
    /// The CPU time of the whole process, in microseconds.
    let cpu: Double
    /// The CPU time without the threads of the load generator; `nil` when it has none of its own.
    let serverCPU: Double?

    init(
        _ name: String,
        _ duration: Duration,
        _ times: Histogram,
        count: Int? = nil,
        cpu: Double,
        serverCPU: Double? = nil
    ) {
        self.name = name
        self.duration = duration
        self.times = times
        self.count = count ?? times.count
        self.cpu = cpu
        self.serverCPU = serverCPU
    }

    /// Prints one line.
    func report() {
        let rate = Double(count) / (duration / .seconds(1))
        let server = serverCPU.map { ", server " + microseconds($0) } ?? ""
        Output.line(
            name.padded(to: 42) + " \(count)".padded(to: 11, left: true) + "\(Int(rate))/s".padded(to: 12, left: true)
                + "  p50 " + latency(0.5) + "  p99 " + latency(0.99) + "  cpu " + microseconds(cpu) + server + " µs"
        )
    }

    private func latency(_ share: Double) -> String {
        "\((times.quantile(share) / 1000).text) µs".padded(to: 11, left: true)
    }

    private func microseconds(_ cpu: Double) -> String { count > 0 ? (cpu / Double(count)).text : "-" }
}

extension String {
    /// Returns the text padded with spaces to a width.
    func padded(to width: Int, left: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - count))
        return left ? blanks + self : self + blanks
    }
}

extension Double {
    /// The number, rounded to the precision of a measurement.
    var text: String {
        let decimals: Double = magnitude < 10 ? 1000 : magnitude < 100 ? 10 : 1
        let rounded = (self * decimals).rounded() / decimals
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
