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
