/// What was measured while calls came at a multiple of the rate that can be served.
struct OverloadFigures: Codable, Hashable, Sendable {
    /// The most calls a second that were answered with a result, while each connection had as many as it may.
    var peak = 0.0
    /// The least share of the calls that were due which this program has sent in time.
    var offered = 1.0
    /// The calls a second that were answered with a result in time, by the multiple of the peak that was offered.
    var goodput: [String: Double] = [:]
    /// The number of refusals at the greatest multiple.
    var refused = 0
    /// The 99th percentile of the time until a refusal there, in milliseconds.
    var refusedP99 = 0.0
    /// The 99th percentile of the time until the answer to a call that was not refused there, in milliseconds.
    var answeredP99 = 0.0
    /// The time that each call allows for its answer, in milliseconds.
    var deadline = 0.0

    /// The multiples of the peak that are offered, in order.
    static let multiples = [0.5, 1, 2]

    /// The goodput at the greatest multiple.
    var goodputAtMost: Double { goodput["\(Self.multiples.max() ?? 0)"] ?? 0 }

    /// Whether the server sheds early and does not collapse, at a rate that was indeed offered.
    func isWithin(_ limits: BarLimits) -> Bool {
        offered >= BarLimits.offered && goodputAtMost >= BarLimits.goodput * peak && peak > 0 && refused > 0
            && refusedP99 <= limits.refusal && answeredP99 <= deadline
    }

    /// Returns the figures with their bars.
    func line(_ limits: BarLimits) -> String {
        let rates = Self.multiples.map { "\(Int(goodput["\($0)"] ?? 0))/s at \($0)x" }.joined(separator: ", ")
        let bars = [BarLimits.offered * 100, BarLimits.goodput * peak, limits.refusal, deadline].map { "\(Int($0))" }
        let parts = [
            "peak \(Int(peak))/s", "offered \(Int(offered * 100)) of \(bars[0]) %",
            "answered \(rates) of \(bars[1])/s",
            "p99 of \(refused) refusals \(refusedP99.rounded(to: 2)) of \(bars[2]) ms",
            "p99 of answers \(answeredP99.rounded(to: 2)) of \(bars[3]) ms",
        ]
        return parts.joined(separator: ", ")
    }
}
