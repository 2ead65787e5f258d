/// Where each parameter of a method stands in encoded arguments.
///
/// Holds up to eight ranges without allocating.
@usableFromInline
package struct ArgumentRanges: Sendable {
    /// The largest number of parameters of one method.
    package static let maximumCount = 8

    @usableFromInline var starts = InlineArray<8, Int>(repeating: -1)
    @usableFromInline var ends = InlineArray<8, Int>(repeating: -1)

    /// Ranges in which every argument is missing.
    @inlinable
    package init() {}

    /// Tells whether no argument was given for the parameter at this index.
    @inlinable
    package func isMissing(_ index: Int) -> Bool { starts[index] < 0 }

    /// The range of the argument for the parameter at an index; empty at 0 when it is missing.
    @inlinable
    package subscript(index: Int) -> Range<Int> {
        get { isMissing(index) ? 0..<0 : starts[index]..<ends[index] }
        set {
            starts[index] = newValue.lowerBound
            ends[index] = newValue.upperBound
        }
    }
}
