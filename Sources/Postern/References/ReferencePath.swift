/// The paths of references: `$/<number>` for a function, `$/<number>/<method>` for a method of an object.
///
/// The name of a service never starts with `$`.
package enum ReferencePath {
    /// The method name of a function, where a protocol requires one.
    package static let functionMethod = "call"

    static func text(_ number: UInt64, _ method: String) -> String {
        method.isEmpty ? "$/\(number)" : "$/\(number)/\(method)"
    }

    /// Returns a path for error messages and reports.
    ///
    /// It omits the number, which is private to the two sides of the connection.
    static func withoutNumber(_ method: String) -> String { method.isEmpty ? "$" : "$/\(method)" }

    /// Whether a path names a reference, valid or not.
    @inline(__always)
    static func matches(_ path: Range<Int>, in bytes: [UInt8]) -> Bool {
        // Inlined, because every call frame is tested.
        path.count > 1 && bytes[path.lowerBound] == UInt8(ascii: "$")
            && bytes[path.lowerBound + 1] == UInt8(ascii: "/")
    }

    /// Splits a path into number and method.
    ///
    /// - Returns: The parts, or `nil` if the number is not in canonical decimal form.
    package static func parse(_ path: String) -> (number: UInt64, method: String)? {
        let bytes = path.utf8.span
        // Behind the prefix `$/`, which callers check.
        var position = 2
        guard let number = number(in: bytes, from: &position) else { return nil }
        guard position < bytes.count else { return (number, "") }
        guard bytes[position] == UInt8(ascii: "/"), position + 1 < bytes.count else { return nil }
        return (number, String(path.utf8.dropFirst(position + 1)) ?? "")
    }

    /// Reads a decimal number; returns `nil` without digits, after an overflow, and for leading zeros.
    private static func number(in bytes: Span<UInt8>, from position: inout Int) -> UInt64? {
        let start = position
        var number: UInt64 = 0
        while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
            let (tenfold, overflows) = number.multipliedReportingOverflow(by: 10)
            let (sum, carries) = tenfold.addingReportingOverflow(UInt64(digit))
            guard !overflows, !carries else { return nil }
            number = sum
            position += 1
        }
        let count = position - start
        guard count > 0, count == 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
        return number
    }
}
