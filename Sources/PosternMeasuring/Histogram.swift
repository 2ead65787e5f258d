/// A histogram of durations with logarithmic buckets, each at most 3 % wide.
package struct Histogram: Sendable {
    private static let bucketsPerDoubling = 32
    private var buckets = [Int](repeating: 0, count: 60 * Histogram.bucketsPerDoubling)
    /// The number of durations.
    package private(set) var count = 0

    /// Creates an empty histogram.
    package init() {}

    /// Adds a duration.
    package mutating func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// Adds a duration in nanoseconds.
    package mutating func record(nanoseconds: Int64) {
        buckets[Self.bucket(of: max(0, nanoseconds))] += 1
        count += 1
    }

    /// Adds the durations of another histogram.
    package mutating func merge(_ other: Histogram) {
        for index in buckets.indices { buckets[index] += other.buckets[index] }
        count += other.count
    }

    /// Returns the quantile for a share between 0 and 1, in nanoseconds.
    package func quantile(_ share: Double) -> Double {
        var remaining = Int(Double(count) * share)
        for (index, number) in buckets.enumerated() {
            remaining -= number
            if remaining < 0 { return Self.value(of: index) }
        }
        return 0
    }

    private static func bucket(of nanoseconds: Int64) -> Int {
        // As in a floating-point number: the exponent selects 32 buckets, the next five bits one of them.
        guard nanoseconds >= bucketsPerDoubling else { return Int(nanoseconds) }
        let doublings = nanoseconds.bitWidth - nanoseconds.leadingZeroBitCount - 6
        return doublings * bucketsPerDoubling + Int(nanoseconds >> doublings)
    }

    /// Returns the middle of a bucket, in nanoseconds.
    private static func value(of bucket: Int) -> Double {
        guard bucket >= 2 * bucketsPerDoubling else { return Double(bucket) }
        let doublings = bucket / bucketsPerDoubling - 1
        return (Double(bucket - doublings * bucketsPerDoubling) + 0.5) * Double(1 << doublings)
    }
}
