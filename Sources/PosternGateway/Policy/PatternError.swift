/// Why a text is no ``OriginPattern`` or no ``HostPattern``.
public struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text, and what to write instead.
    public let description: String

    init(_ text: String, _ reason: String) { description = "'\(text)' \(reason)" }
}
