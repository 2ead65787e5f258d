import FoundationEssentials
import Postern

/// Seconds that come from outside.
enum Interval {
    /// The nearest allowed value; the shortest for what is no number.
    static func clamp(_ seconds: Double, to range: ClosedRange<Double>) -> Double {
        seconds.isNaN ? range.lowerBound : min(max(seconds, range.lowerBound), range.upperBound)
    }
}

extension Timestamp {
    /// The same moment.
    init(_ date: Date) {
        let seconds = date.timeIntervalSince1970
        let whole = seconds.rounded(.down)
        let nanoseconds = min(max((seconds - whole) * 1e9, 0), 999_999_999)
        self.init(seconds: Int64(exactly: whole) ?? 0, nanoseconds: UInt32(nanoseconds))
    }

    /// The text, or the first moment of 1970 for what has none.
    var rfc3339: String { (try? text()) ?? "1970-01-01T00:00:00.000Z" }
}
