import FoundationEssentials
import Postern

/// Intervals that callers pass, in seconds.
enum Interval {
    /// Returns the nearest value within a range, or its lower bound for a value that is not a number.
    static func clamp(_ seconds: Double, to range: ClosedRange<Double>) -> Double {
        seconds.isNaN ? range.lowerBound : min(max(seconds, range.lowerBound), range.upperBound)
    }
}

extension Timestamp {
    /// Creates a timestamp from a date, with nanoseconds; a date out of range becomes 1970.
    init(_ date: Date) {
        let seconds = date.timeIntervalSince1970
        let whole = seconds.rounded(.down)
        // Clamped, as the difference of two large numbers may be rounded out of the range.
        let nanoseconds = min(max((seconds - whole) * 1e9, 0), 999_999_999)
        self.init(seconds: Int64(exactly: whole) ?? 0, nanoseconds: UInt32(nanoseconds))
    }

    /// The timestamp in RFC 3339, or the beginning of 1970 when it is outside of the range of that format.
    var rfc3339: String { (try? text()) ?? "1970-01-01T00:00:00.000Z" }
}
