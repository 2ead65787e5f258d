/// Paths that lead to references: `$/<number>` to a function, `$/<number>/<method>` to a method of an object.
///
/// No name of a service begins with `$`.
package enum ReferencePath {
    /// What a function is called by, where a method has to be named.
    package static let functionMethod = "call"

    static func text(_ number: UInt64, _ method: String) -> String {
        method.isEmpty ? "$/\(number)" : "$/\(number)/\(method)"
    }

    /// Whether a path is meant to lead to a reference.
    @inline(__always)
    static func isOne(_ path: Range<Int>, in bytes: [UInt8]) -> Bool {
        path.count > 1 && bytes[path.lowerBound] == UInt8(ascii: "$")
            && bytes[path.lowerBound + 1] == UInt8(ascii: "/")
    }

    /// Takes a path apart; `nil` when its number is none, or not written in the one way.
    package static func parse(_ path: String) -> (number: UInt64, method: String)? {
        let parts = path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, let number = UInt64(parts[1]), parts[1] == "\(number)" else { return nil }
        if parts.count == 3, parts[2].isEmpty { return nil }
        return (number, parts.count == 3 ? String(parts[2]) : "")
    }
}
