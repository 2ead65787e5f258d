import LibWebSockets

/// An entity tag, which identifies a version of a body (RFC 9110 section 8.8.3).
struct EntityTag: Hashable, Sendable {
    /// The value of `ETag`, in quotes.
    let text: String

    /// Creates the tag of a body.
    ///
    /// The hash function is FNV-1a, which is not secure: it only distinguishes versions of the server's own texts.
    init(of body: [UInt8]) {
        let hash = body.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        text = "\"\(String(hash, radix: 16))\""
    }

    /// Returns whether the client has this version: `If-None-Match` is `*` or contains the tag.
    ///
    /// Weak tags match too (RFC 9110 section 13.1.2); a proxy that compresses the body weakens the tag.
    func isKnown(to request: HTTPRequestHead) -> Bool { isListed(in: request.values(of: "if-none-match")) }

    /// Returns whether values of `If-None-Match` match the tag.
    func isListed(in values: [String]) -> Bool {
        values.flatMap { $0.split(separator: ",") }.contains { item in
            let tag = item.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
            return tag == "*" || (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag) == text
        }
    }
}
