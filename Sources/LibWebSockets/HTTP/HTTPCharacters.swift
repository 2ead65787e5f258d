extension UInt8 {
    /// Whether the byte is a space or a tab.
    var isBlank: Bool { self == 0x20 || self == 0x09 }

    /// Whether the byte is a decimal digit.
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// Whether the byte is a `tchar` of RFC 9110 section 5.6.2.
    var isTokenCharacter: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    /// Whether the byte may occur in the host or the port of an authority.
    var isAuthorityCharacter: Bool {
        switch self {
        case 0x30...0x3A, 0x41...0x5B, 0x61...0x7A: true
        case 0x2D, 0x2E, 0x5D, 0x5F, 0x7E: true
        default: false
        }
    }

    /// The byte in lower case if it is an ASCII letter, otherwise the byte itself.
    var asciiLowercase: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}

extension [UInt8] {
    /// Returns a range without leading and trailing spaces and tabs.
    func trimmingBlanks(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start].isBlank { start += 1 }
        while start < end, self[end - 1].isBlank { end -= 1 }
        return start..<end
    }

    /// Calls `body` with each member of a comma-separated list.
    ///
    /// Empty members are legal and skipped (RFC 9110 section 5.6.1).
    func forEachMember(of list: Range<Int>, _ body: (Range<Int>) -> Void) {
        var rest = list
        while true {
            let end = self[rest].firstIndex(of: 0x2C) ?? rest.upperBound
            let member = trimmingBlanks(rest.lowerBound..<end)
            if !member.isEmpty { body(member) }
            guard end < rest.upperBound else { return }
            rest = (end + 1)..<rest.upperBound
        }
    }
}
