/// The names of a method's parameters, by which a codec locates arguments.
@usableFromInline
package struct ParameterList: Sendable {
    /// The names in the order of positional arguments, as UTF-8 bytes.
    package let names: [[UInt8]]

    /// Creates a list from the names of the parameters, in order.
    package init(_ names: [String]) { self.names = names.map { Array($0.utf8) } }
}

extension ParameterList {
    /// Returns the index of the parameter with a name, or `nil` if the method has no such parameter.
    package func index(of name: Span<UInt8>) -> Int? {
        // At most eight names: comparing bytes in order is faster than hashing, and makes no `String`.
        for (index, candidate) in names.enumerated() {
            if candidate.span.hasSameBytes(as: name) { return index }
        }
        return nil
    }
}

/// The byte range of each argument within encoded arguments, by parameter index.
///
/// Stores up to eight ranges inline, so locating the arguments of a call allocates nothing.
@usableFromInline
package struct ArgumentRanges: Sendable {
    /// The maximum number of parameters of one method.
    package static let maximumCount = 8

    // Two arrays of offsets instead of one of optional ranges: a missing argument is a negative start.
    @usableFromInline var starts = InlineArray<8, Int>(repeating: -1)
    @usableFromInline var ends = InlineArray<8, Int>(repeating: -1)

    /// Creates ranges in which every argument is missing.
    @inlinable
    package init() {}

    /// Returns whether the call has no argument for the parameter at an index.
    @inlinable
    package func isMissing(_ index: Int) -> Bool { starts[index] < 0 }

    /// The range of the argument for the parameter at an index, or `0..<0` if the argument is missing.
    @inlinable
    package subscript(index: Int) -> Range<Int> {
        get { isMissing(index) ? 0..<0 : starts[index]..<ends[index] }
        set {
            starts[index] = newValue.lowerBound
            ends[index] = newValue.upperBound
        }
    }
}

// The messages of these errors lack a subject: the caller prepends the name of the method.
extension ParameterList {
    /// Returns the error for a named argument that matches no parameter, with a suggestion if a name is similar.
    package func unexpected(_ name: String) -> PayloadError {
        let known = names.map { String(decoding: $0, as: UTF8.self) }
        let nearest = known.first { SpellingDistance.isNear($0, to: name) }
        let question = nearest.map { ". Did you mean \($0)?" } ?? ""
        let list = known.isEmpty ? "it takes none" : "it takes \(enumeration)"
        return PayloadError(.unexpectedArgument, "has no parameter \(Self.shown(name)); \(list)\(question)")
    }

    /// Returns the error for more positional arguments than parameters.
    package func tooMany(_ count: Int) -> PayloadError {
        let most =
            switch names.count {
            case 0: "takes no arguments"
            case 1: "takes at most 1 argument, \(enumeration)"
            default: "takes at most \(names.count) arguments, \(enumeration)"
            }
        return PayloadError(.unexpectedArgument, "\(most); \(count) were given")
    }

    /// Returns the error for a parameter with two arguments.
    package func repeated(_ name: String) -> PayloadError {
        PayloadError(.duplicateName, "parameter \(Self.shown(name)) is given twice")
    }

    /// The names as a list in prose: `a, b and c`.
    private var enumeration: String {
        let known = names.map { String(decoding: $0, as: UTF8.self) }
        guard known.count > 1 else { return known.first ?? "" }
        return "\(known.dropLast().joined(separator: ", ")) and \(known[known.count - 1])"
    }

    /// Returns the first 60 characters of a name; it comes from the caller and may have any length.
    private static func shown(_ name: String) -> String { String(name.prefix(60)) }
}

extension ParameterList {
    /// The comparison of a misspelled name with the names of parameters.
    private enum SpellingDistance {
        /// The maximum length of names that are compared, in bytes: the time grows with the product of both lengths.
        private static let longest = 40

        /// Returns whether the names differ only in case, or in at most a third of their bytes.
        static func isNear(_ known: String, to name: String) -> Bool {
            let (known, name) = (Array(known.lowercased().utf8), Array(name.lowercased().utf8.prefix(longest + 1)))
            guard known.count <= longest, name.count <= longest else { return false }
            return edits(from: name, to: known) <= max(known.count, name.count) / 3
        }

        /// Returns the Levenshtein distance: the least number of bytes to insert, delete or replace.
        private static func edits(from one: [UInt8], to other: [UInt8]) -> Int {
            // Only one row of the matrix is kept; `diagonal` is the value that the last step has overwritten.
            var row = Array(0...other.count)
            for (index, byte) in one.enumerated() {
                var diagonal = row[0]
                row[0] = index + 1
                for column in other.indices {
                    let replaced = diagonal + (other[column] == byte ? 0 : 1)
                    diagonal = row[column + 1]
                    row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
                }
            }
            return row[other.count]
        }
    }
}
