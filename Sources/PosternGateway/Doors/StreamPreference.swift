import LibWebSockets

/// What `Accept` says about an answer as server-sent events (RFC 9110 section 12.5.1).
enum StreamPreference: Hashable {
    /// Names the type.
    case asked
    /// Does not exclude it: there is no `Accept`, or one with a range that holds it.
    case accepted
    case excluded

    /// Reads the preference of a request.
    init(_ request: HTTPRequestHead) { self.init(request.values(of: "accept")) }

    /// Reads the values of all `Accept` fields; an element that is malformed means nothing.
    ///
    /// The range that fits most closely decides.
    init(_ values: [String]) {
        var best: (closeness: Int, isAccepted: Bool)?
        for value in values {
            var scanner = FieldScanner(value)
            while !scanner.isAtEnd {
                guard let element = Self.element(&scanner) else {
                    scanner.skipElement()
                    continue
                }
                guard let closeness = Self.closeness(of: element.range) else {
                    best = best ?? (-1, false)
                    continue
                }
                if closeness > best?.closeness ?? -1 { best = (closeness, element.isAccepted) }
            }
        }
        switch best {
        case nil: self = .accepted
        case (_, false)?: self = .excluded
        case (let closeness, true)?: self = closeness == Self.closest ? .asked : .accepted
        }
    }

    private static let closest = 2

    /// How closely a range fits; `nil` when it does not.
    private static func closeness(of range: String) -> Int? {
        ["*/*": 0, "text/*": 1, "text/event-stream": closest][range]
    }

    /// One range with its weight, and the comma behind it.
    private static func element(_ scanner: inout FieldScanner) -> (range: String, isAccepted: Bool)? {
        scanner.skipBlanks()
        guard let type = scanner.token(), scanner.take(UInt8(ascii: "/")), let subtype = scanner.token(),
            let parameters = scanner.parameters(), scanner.isAtEnd || scanner.take(UInt8(ascii: ","))
        else { return nil }
        let weight = parameters.first { $0.name == "q" }?.value ?? "1"
        guard isWeight(weight) else { return nil }
        return ("\(type)/\(subtype)", weight.utf8.contains { $0.isDigit && $0 != UInt8(ascii: "0") })
    }

    /// 0 to 1 with at most three digits behind the point.
    private static func isWeight(_ text: String) -> Bool {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, first == "0" || first == "1" else { return false }
        guard parts.count == 2 else { return true }
        return parts[1].utf8.count <= 3 && parts[1].utf8.allSatisfy { $0.isDigit && (first == "0" || $0 == 0x30) }
    }
}
