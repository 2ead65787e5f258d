/// Paths that lead to references: `$/<number>` to a function, `$/<number>/<method>` to a method of an object.
///
/// No name of a service begins with `$`.
package enum ReferencePath {
    /// What a function is called by, where a method has to be named.
    package static let functionMethod = "call"

    static func text(_ number: UInt64, _ method: String) -> String {
        method.isEmpty ? "$/\(number)" : "$/\(number)/\(method)"
    }

    /// What others are told of a path: the number is between the two ends that hold the reference.
    static func withoutNumber(_ method: String) -> String { method.isEmpty ? "$" : "$/\(method)" }

    /// Whether a path is meant to lead to a reference.
    @inline(__always)
    static func matches(_ path: Range<Int>, in bytes: [UInt8]) -> Bool {
        path.count > 1 && bytes[path.lowerBound] == UInt8(ascii: "$")
            && bytes[path.lowerBound + 1] == UInt8(ascii: "/")
    }

    /// Takes a path apart; `nil` when its number is none, or not written in the one way.
    package static func parse(_ path: String) -> (number: UInt64, method: String)? {
        let bytes = path.utf8.span
        var position = 2
        guard let number = number(in: bytes, from: &position) else { return nil }
        guard position < bytes.count else { return (number, "") }
        guard bytes[position] == UInt8(ascii: "/"), position + 1 < bytes.count else { return nil }
        return (number, String(path.utf8.dropFirst(position + 1)) ?? "")
    }

    /// Reads the digits of a number; `nil` when there are none, too many, or a 0 in front of others.
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
