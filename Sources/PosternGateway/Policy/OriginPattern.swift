public import FoundationEssentials

/// A pattern for the pages that may call: those of one origin, of all sub-domains of a domain, or all pages.
public struct OriginPattern: Hashable, Sendable, CustomStringConvertible {
    /// The pattern that matches every page, including pages without an origin of their own.
    public static let any = OriginPattern(authority: nil, scheme: "", description: "*")

    /// The pattern in normalized form, in lower case.
    public let description: String
    private let scheme: String
    private let authority: HostPattern?

    /// Creates a pattern from a text.
    ///
    /// - Parameter text: `https://app.example`, with a port unless it is the default port of the scheme;
    ///   `https://*.app.example` for every sub-domain, but not the domain itself; or `*` for ``any``. Case, a trailing
    ///   slash and the default port are ignored.
    /// - Throws: ``PatternError`` for any other text.
    public init(_ text: String) throws(PatternError) {
        guard text != "*" else {
            self = .any
            return
        }
        guard text.lowercased() != "null" else {
            throw PatternError(text, "cannot be listed: every page without an origin of its own sends it")
        }
        guard let separator = text.firstRange(of: "://") else {
            throw PatternError(text, "has no scheme, as in https://app.example")
        }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard WebOrigin.isScheme(scheme) else {
            throw PatternError(text, "has no scheme that a page can have, as in https://app.example")
        }
        let rest = text[separator.upperBound...]
        let authority = try HostPattern(
            authority: rest.hasSuffix("/") ? rest.dropLast() : rest,
            of: text,
            example: "https://app.example"
        )
        self.init(authority: authority, scheme: scheme, description: "\(scheme)://\(authority)")
    }

    private init(authority: HostPattern?, scheme: String, description: String) {
        self.authority = authority
        self.scheme = scheme
        self.description = description
    }

    /// Returns whether the pattern matches an origin by its name; ``any`` matches none.
    func names(_ origin: WebOrigin) -> Bool { scheme == origin.scheme && authority?.matches(origin) == true }
}

/// The reason why a text is not a valid ``OriginPattern`` or ``HostPattern``.
public struct PatternError: Error, Hashable, Sendable, CustomStringConvertible, LocalizedError {
    /// The invalid text, and what to write instead.
    public let description: String

    /// The description, which Foundation uses for `localizedDescription`.
    public var errorDescription: String? { description }

    init(_ text: String, _ reason: String) { description = "'\(text)' \(reason)" }
}
