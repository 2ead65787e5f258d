/// A moment, as seconds and nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct Timestamp: Hashable, Sendable {
    /// Whole seconds, rounded down.
    public var seconds: Int64
    /// What is left, 0 ..< 1,000,000,000.
    public var nanoseconds: UInt32

    /// Takes a moment.
    public init(seconds: Int64, nanoseconds: UInt32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The RFC 3339 text, in UTC, rounded to milliseconds.
    ///
    /// - Throws: `.notEncodable` outside the years 0 to 9999.
    public func text() throws(PayloadError) -> String {
        guard Self.textualSeconds.contains(seconds) else {
            throw PayloadError(.notEncodable, "a time outside the years 0 to 9999 has no RFC 3339 text")
        }
        let milliseconds = (Int64(nanoseconds) + 500_000) / 1_000_000
        if milliseconds >= 1000 { return try Timestamp(seconds: seconds + 1, nanoseconds: 0).text() }
        let (days, second) = (seconds.floored(by: 86_400), seconds - seconds.floored(by: 86_400) * 86_400)
        let date = CivilDate(daysSince1970: days)
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(padded(second / 3600, 2)):"
            + "\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2)).\(padded(milliseconds, 3))Z"
    }

    private static let textualSeconds: Range<Int64> = -62_167_219_200..<253_402_300_800

    private func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

/// A day of the Gregorian calendar, which is taken to reach back for ever.
struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Counts in years that begin on the first of March, so that the leap day comes last.
    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = shifted.floored(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.floored(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Int64 {
    /// The quotient rounded towards minus infinity.
    func floored(by divisor: Int64) -> Int64 { self >= 0 ? self / divisor : (self + 1) / divisor - 1 }
}
