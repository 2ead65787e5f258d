/// A set of processor numbers, in the list format of the kernel, such as `0-3,8`.
struct ProcessorSet {
    private let numbers: Set<Int>

    /// Parses a list; returns `nil` when it is empty or invalid.
    init?(_ text: some StringProtocol) {
        var numbers: Set<Int> = []
        for part in text.split(separator: ",") {
            let text = String(part.filter { !$0.isWhitespace })
            let bounds = text.split(separator: "-", omittingEmptySubsequences: false)
            let values = bounds.compactMap { Int($0) }
            guard values.count == bounds.count, let first = values.first, let last = values.last, values.count <= 2,
                0 <= first, first <= last, last < Self.maximum
            else { return nil }
            numbers.formUnion(first...last)
        }
        guard !numbers.isEmpty else { return nil }
        self.numbers = numbers
    }

    /// An upper bound of processor numbers, so that an invalid range does not allocate a huge set.
    private static let maximum = 1 << 16

    /// The number of processors.
    var count: Int { numbers.count }

    /// Returns the number of processors that are also in another set, or of all when that is `nil`.
    func count(within other: ProcessorSet?) -> Int { other.map { numbers.intersection($0.numbers).count } ?? count }
}
