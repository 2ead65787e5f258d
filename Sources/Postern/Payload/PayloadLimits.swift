/// How much one payload may hold.
public struct PayloadLimits: Hashable, Sendable {
    /// How deep arrays and maps may stand inside each other; no reader goes below 64.
    public var depth = 64
    /// How many values a payload may hold: every scalar, container and name counts as one.
    public var values = 100_000

    /// The limits that every reader keeps without being asked.
    public static let standard = PayloadLimits()

    /// Takes limits; a depth above 64 counts as 64.
    public init(depth: Int = 64, values: Int = 100_000) {
        self.depth = min(max(depth, 0), Self.largestDepth)
        self.values = values
    }

    static let largestDepth = 64
}
