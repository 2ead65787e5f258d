public import FoundationEssentials

/// Why a text is no ``OriginPattern`` or no ``HostPattern``.
public struct PatternError: Error, Hashable, Sendable, CustomStringConvertible, LocalizedError {
    /// The text, and what to write instead.
    public let description: String

    /// The description, also for `localizedDescription`.
    public var errorDescription: String? { description }

    init(_ text: String, _ reason: String) { description = "'\(text)' \(reason)" }
}
