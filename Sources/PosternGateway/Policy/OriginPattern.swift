public import FoundationEssentials

/// Pages that may call: those of one origin, of all sub-domains of one, or all pages.
public struct OriginPattern: Hashable, Sendable, CustomStringConvertible {
    /// Every page, also one without an origin of its own.
    public static let any = OriginPattern(authority: nil, scheme: "", description: "*")

    /// The pattern in the form in which it is compared.
    public let description: String
    private let scheme: String
    private let authority: HostPattern?

    /// Reads a pattern.
    ///
    /// - Parameter text: `https://app.example`, with a port if it is not the usual one of the scheme;
    ///   `https://*.app.example`, every name below that one, but not the name itself; or `*` for ``any``. Upper case,
    ///   one slash at the end and the usual port are the same as without.
    /// - Throws: ``PatternError`` for anything else.
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

    /// Whether pages of an origin are meant, by name.
    func names(_ origin: WebOrigin) -> Bool { scheme == origin.scheme && authority?.matches(origin) == true }
}

/// Why a text is no ``OriginPattern`` or no ``HostPattern``.
public struct PatternError: Error, Hashable, Sendable, CustomStringConvertible, LocalizedError {
    /// The text, and what to write instead.
    public let description: String

    /// The description, also for `localizedDescription`.
    public var errorDescription: String? { description }

    init(_ text: String, _ reason: String) { description = "'\(text)' \(reason)" }
}
