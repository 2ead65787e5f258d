/// A point in time, as seconds and nanoseconds since 1970-01-01T00:00:00Z without leap seconds.
public struct Timestamp: Hashable, Sendable {
    /// The whole seconds, rounded down; negative before 1970.
    public var seconds: Int64
    /// The remaining nanoseconds, from 0 to 999,999,999.
    public var nanoseconds: UInt32

    /// Creates a timestamp.
    public init(seconds: Int64, nanoseconds: UInt32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Returns the RFC 3339 text, in UTC and rounded to milliseconds.
    ///
    /// - Throws: `PayloadError` with `.notEncodable` outside the years 0 to 9999.
    public func text() throws(PayloadError) -> String {
        guard Self.textualSeconds.contains(seconds) else {
            throw PayloadError(.notEncodable, "a time outside the years 0 to 9999 has no RFC 3339 text")
        }
        let milliseconds = (Int64(nanoseconds) + 500_000) / 1_000_000
        // Rounding up may carry into the next second, and from there as far as the next year.
        if milliseconds >= 1000 { return try Timestamp(seconds: seconds + 1, nanoseconds: 0).text() }
        let (days, second) = (seconds.floored(by: 86_400), seconds - seconds.floored(by: 86_400) * 86_400)
        let date = CivilDate(daysSince1970: days)
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(padded(second / 3600, 2)):"
            + "\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2)).\(padded(milliseconds, 3))Z"
    }

    /// The seconds of the years 0 to 9999.
    private static let textualSeconds: Range<Int64> = -62_167_219_200..<253_402_300_800

    private func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

extension Timestamp {
    /// The noun for a timestamp in error messages.
    static let phrase = "a time (in JSON RFC 3339 text)"

    /// Creates a timestamp from RFC 3339 text; fractional digits beyond the ninth are discarded.
    ///
    /// - Throws: `PayloadError` with `.typeMismatch` if the text is not valid.
    public init(text: String) throws(PayloadError) {
        var scanner = Scanner(text: Array(text.utf8))
        guard let time = scanner.scan() else {
            throw .expected(Self.phrase, found: "\"\(text.prefix(40))\"")
        }
        self = time
    }
}

extension Timestamp {
    /// A scanner of RFC 3339 text, whose functions return `nil` for any other text.
    private struct Scanner {
        let text: [UInt8]
        private var position = 0

        init(text: [UInt8]) { self.text = text }

        mutating func scan() -> Timestamp? {
            guard let days = scanDay(), accept("Tt "), let second = scanSecond() else { return nil }
            guard let nanoseconds = scanFraction(), let offset = scanOffset(), position == text.count else {
                return nil
            }
            return Timestamp(seconds: days * 86_400 + second - offset, nanoseconds: nanoseconds)
        }

        private mutating func scanDay() -> Int64? {
            guard let year = number(4), accept("-"), let month = number(2), accept("-"), let day = number(2) else {
                return nil
            }
            guard (1...12).contains(month), (1...31).contains(day) else { return nil }
            let days = CivilDate(year: year, month: month, day: day).daysSince1970
            // A day that the month lacks, such as February 30, does not survive the round trip.
            return CivilDate(daysSince1970: days).day == day ? days : nil
        }

        private mutating func scanSecond() -> Int64? {
            guard let hour = number(2), accept(":"), let minute = number(2), accept(":"), let second = number(2) else {
                return nil
            }
            // 60 is a leap second, which becomes the first second of the next minute.
            guard hour < 24, minute < 60, second <= 60 else { return nil }
            return hour * 3600 + minute * 60 + second
        }

        private mutating func scanFraction() -> UInt32? {
            guard accept(".") else { return 0 }
            var (value, digits): (UInt32, Int) = (0, 0)
            while let digit = digit() {
                if digits < 9 { value = value * 10 + UInt32(digit) }
                digits += 1
            }
            for _ in digits..<max(digits, 9) { value *= 10 }
            return digits > 0 ? value : nil
        }

        private mutating func scanOffset() -> Int64? {
            if accept("Zz") { return 0 }
            let sign: Int64 = position < text.count && text[position] == UInt8(ascii: "-") ? -1 : 1
            guard accept("+-"), let hours = number(2), accept(":"), let minutes = number(2) else { return nil }
            return hours < 24 && minutes < 60 ? sign * (hours * 3600 + minutes * 60) : nil
        }

        private mutating func accept(_ choices: StaticString) -> Bool {
            guard position < text.count, "\(choices)".utf8.contains(text[position]) else { return false }
            position += 1
            return true
        }

        private mutating func number(_ count: Int) -> Int64? {
            var value: Int64 = 0
            for _ in 0..<count {
                guard let digit = digit() else { return nil }
                value = value * 10 + Int64(digit)
            }
            return value
        }

        private mutating func digit() -> UInt8? {
            guard position < text.count, (0x30...0x39).contains(text[position]) else { return nil }
            position += 1
            return text[position - 1] - 0x30
        }
    }
}
