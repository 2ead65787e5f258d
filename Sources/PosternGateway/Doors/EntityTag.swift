import LibWebSockets

/// A tag that changes with what it stands for (RFC 9110 section 8.8.3).
struct EntityTag: Hashable, Sendable {
    /// As it is sent, in quotes.
    let text: String

    /// Makes the tag of a body, by FNV-1a: it distinguishes versions of our own texts, and protects nothing.
    init(of body: [UInt8]) {
        let hash = body.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        text = "\"\(String(hash, radix: 16))\""
    }

    /// Whether the client has this version: `If-None-Match` is `*`, or lists the tag.
    ///
    /// A tag that a proxy has made weak, as one that compresses does, is the same (RFC 9110 section 13.1.2).
    func isKnown(to request: HTTPRequestHead) -> Bool { isListed(in: request.values(of: "if-none-match")) }

    func isListed(in values: [String]) -> Bool {
        values.flatMap { $0.split(separator: ",") }.contains { item in
            let tag = item.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
            return tag == "*" || (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag) == text
        }
    }
}
