/// The parameters of a method, as a codec needs them to find arguments.
@usableFromInline
package struct ParameterList: Sendable {
    /// The names in order, as UTF-8 bytes.
    package let names: [[UInt8]]

    /// Lists parameters by name.
    package init(_ names: [String]) { self.names = names.map { Array($0.utf8) } }

    /// The index of the parameter with this name, or `nil`.
    package func index(of name: Span<UInt8>) -> Int? {
        for (index, candidate) in names.enumerated() {
            if candidate.span.hasSameBytes(as: name) { return index }
        }
        return nil
    }
}

/// What is wrong with arguments, in words: which parameters there are, and which one may have been meant.
///
/// Each is the rest of a sentence that begins with the method.
extension ParameterList {
    /// The fault of an argument whose name no parameter has.
    package func unexpected(_ name: String) -> PayloadError {
        let known = names.map { String(decoding: $0, as: UTF8.self) }
        let nearest = known.first { SpellingDistance.isNear($0, to: name) }
        let question = nearest.map { ". Did you mean \($0)?" } ?? ""
        let list = known.isEmpty ? "it takes none" : "it takes \(enumeration)"
        return PayloadError(.unexpectedArgument, "has no parameter \(Self.shown(name)); \(list)\(question)")
    }

    /// The fault of more positional arguments than there are parameters.
    package func tooMany(_ count: Int) -> PayloadError {
        let most =
            switch names.count {
            case 0: "takes no arguments"
            case 1: "takes at most 1 argument, \(enumeration)"
            default: "takes at most \(names.count) arguments, \(enumeration)"
            }
        return PayloadError(.unexpectedArgument, "\(most); \(count) were given")
    }

    /// The fault of a parameter that has two arguments.
    package func repeated(_ name: String) -> PayloadError {
        PayloadError(.duplicateName, "parameter \(Self.shown(name)) is given twice")
    }

    /// The names as one reads them out: `a, b and c`.
    private var enumeration: String {
        let known = names.map { String(decoding: $0, as: UTF8.self) }
        guard known.count > 1 else { return known.first ?? "" }
        return "\(known.dropLast().joined(separator: ", ")) and \(known[known.count - 1])"
    }

    /// As much of a name from outside as an error repeats.
    private static func shown(_ name: String) -> String { String(name.prefix(60)) }
}

/// How far one spelling is from another.
private enum SpellingDistance {
    /// Longer names are not compared: the time is the product of both lengths.
    private static let longest = 40

    /// Whether a name may be a misspelling of another: the same but for case, or for one letter in three.
    static func isNear(_ known: String, to name: String) -> Bool {
        let (known, name) = (Array(known.lowercased().utf8), Array(name.lowercased().utf8.prefix(longest + 1)))
        guard known.count <= longest, name.count <= longest else { return false }
        return edits(from: name, to: known) <= max(known.count, name.count) / 3
    }

    /// How many bytes have to be put in, taken out or replaced (Levenshtein).
    private static func edits(from one: [UInt8], to other: [UInt8]) -> Int {
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

extension Span<UInt8> {
    /// Tells whether two spans hold the same bytes.
    package func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
