/// Numbers of processors, in the form of the kernel's files: `0-3,8`.
struct ProcessorSet {
    private let numbers: Set<Int>

    /// Reads the list; `nil` for what is none.
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

    /// More than any kernel numbers.
    private static let maximum = 1 << 16

    var count: Int { numbers.count }

    /// How many processors are in another set too.
    func count(within other: ProcessorSet?) -> Int { other.map { numbers.intersection($0.numbers).count } ?? count }
}
