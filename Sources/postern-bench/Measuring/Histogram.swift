/// Counts durations in buckets that are at most 3 % wide.
struct Histogram: Sendable {
    private static let bucketsPerDoubling = 32
    private var buckets = [Int](repeating: 0, count: 60 * Histogram.bucketsPerDoubling)
    /// How many durations were counted.
    private(set) var count = 0

    /// Counts one duration.
    mutating func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// Counts one duration.
    mutating func record(nanoseconds: Int64) {
        buckets[Self.bucket(of: max(0, nanoseconds))] += 1
        count += 1
    }

    /// Adds what another one counted.
    mutating func merge(_ other: Histogram) {
        for index in buckets.indices { buckets[index] += other.buckets[index] }
        count += other.count
    }

    /// The duration that a share of all does not exceed, in nanoseconds.
    func quantile(_ share: Double) -> Double {
        var remaining = Int(Double(count) * share)
        for (index, number) in buckets.enumerated() {
            remaining -= number
            if remaining < 0 { return Self.value(of: index) }
        }
        return 0
    }

    private static func bucket(of nanoseconds: Int64) -> Int {
        guard nanoseconds >= bucketsPerDoubling else { return Int(nanoseconds) }
        let doublings = nanoseconds.bitWidth - nanoseconds.leadingZeroBitCount - 6
        return doublings * bucketsPerDoubling + Int(nanoseconds >> doublings)
    }

    /// The middle of a bucket.
    private static func value(of bucket: Int) -> Double {
        guard bucket >= 2 * bucketsPerDoubling else { return Double(bucket) }
        let doublings = bucket / bucketsPerDoubling - 1
        return (Double(bucket - doublings * bucketsPerDoubling) + 0.5) * Double(1 << doublings)
    }
}
