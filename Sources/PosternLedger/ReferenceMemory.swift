/// The budget of memory that the references of one connection are charged to.
package struct ReferenceMemory: Sendable {
    private var tally: MemoryTally
    private let report: @Sendable (MemoryRefusal) -> Void

    /// The size of a reference of this side with its target, about, in bytes: an object with a few methods.
    private static let exportBytes = 7 << 9
    /// The size of a reference of the other side with its proxy, about, in bytes.
    private static let importBytes = 512

    /// Creates a budget.
    ///
    /// - Parameters:
    ///   - tally: The tally that the references are charged to.
    ///   - report: A function that reports a refusal.
    package init(_ tally: MemoryTally, report: @escaping @Sendable (MemoryRefusal) -> Void) {
        self.tally = tally
        self.report = report
    }

    /// Returns why there is no room for further references; `nil` if there is.
    package func refusal(exports: Int = 0, imports: Int = 0) -> MemoryRefusal? {
        tally.refusal(for: exports * Self.exportBytes + imports * Self.importBytes)
    }

    /// Counts a refusal and reports it; must be called without a lock.
    package func note(_ refusal: MemoryRefusal) {
        tally.countRefusal(refusal)
        report(refusal)
    }

    /// Charges the references that are held now.
    package mutating func charge(exports: Int, imports: Int) {
        tally.set(exports * Self.exportBytes + imports * Self.importBytes, for: .references)
    }

    /// Subtracts everything, since the references were released.
    package mutating func end() { tally.end() }
}
