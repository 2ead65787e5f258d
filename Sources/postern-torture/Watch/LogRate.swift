/// How many lines of one cause a log has.
struct LogRate: Codable, Hashable, Sendable {
    var cause = ""
    /// The number of lines.
    var lines = 0
    /// The most lines within any one second.
    var worst = 0
    /// The seconds from the first line to the last.
    var seconds = 0.0

    init() {}

    /// Counts lines.
    ///
    /// - Parameters:
    ///   - cause: The cause of the lines.
    ///   - times: Their times in seconds, in order.
    init(_ cause: String, at times: [Double]) {
        self.cause = cause
        lines = times.count
        seconds = max(0, (times.last ?? 0) - (times.first ?? 0))
        var first = 0
        for (index, time) in times.enumerated() {
            while times[first] <= time - 1 { first += 1 }
            worst = max(worst, index - first + 1)
        }
    }
}
