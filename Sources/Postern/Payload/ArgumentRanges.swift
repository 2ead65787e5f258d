/// Where each parameter of a method stands in encoded arguments.
///
/// Holds up to eight ranges without allocating.
public struct ArgumentRanges: Sendable {
    /// The largest number of parameters of one method.
    public static let maximumCount = 8

    @usableFromInline var starts = InlineArray<8, Int>(repeating: -1)
    @usableFromInline var ends = InlineArray<8, Int>(repeating: -1)

    /// Ranges in which every argument is missing.
    public init() {}

    /// Tells whether no argument was given for the parameter at this index.
    @inlinable
    public func isMissing(_ index: Int) -> Bool { starts[index] < 0 }

    /// The range of the argument for the parameter at an index; empty at 0 when it is missing.
    @inlinable
    public subscript(index: Int) -> Range<Int> {
        get { isMissing(index) ? 0..<0 : starts[index]..<ends[index] }
        set {
            starts[index] = newValue.lowerBound
            ends[index] = newValue.upperBound
        }
    }
}

/// The parameters of a method, as a codec needs them to find arguments.
public struct ParameterList: Sendable {
    /// The names in order, as UTF-8 bytes.
    public let names: [[UInt8]]

    /// Lists parameters by name.
    public init(_ names: [String]) { self.names = names.map { Array($0.utf8) } }

    /// The index of the parameter with this name, or `nil`.
    public func index(of name: Span<UInt8>) -> Int? {
        for (index, candidate) in names.enumerated() {
            if candidate.span.hasSameBytes(as: name) { return index }
        }
        return nil
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
