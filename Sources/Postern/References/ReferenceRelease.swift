/// What is given back to the owner of a reference.
struct ReferenceRelease: Hashable, Sendable {
    let number: UInt64
    /// How many of the messages with it are made up for.
    let count: UInt64
}
