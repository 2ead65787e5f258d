/// What is given back to the owner of a reference.
package struct ReferenceRelease: Hashable, Sendable {
    package let number: UInt64
    /// How many of the messages with it are made up for.
    package let count: UInt64

    package init(number: UInt64, count: UInt64) {
        self.number = number
        self.count = count
    }
}
