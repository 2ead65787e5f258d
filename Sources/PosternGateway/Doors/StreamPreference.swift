import LibWebSockets

/// The preference of a request for server-sent events, as `Accept` states it (RFC 9110 section 12.5.1).
enum StreamPreference: Hashable {
    /// The media type is listed by name.
    case asked
    /// The media type is not excluded: there is no `Accept`, or it has a range that contains the type.
    case accepted
    case excluded

    /// Creates the preference of a request.
    init(_ request: HTTPRequestHead) { self.init(request.values(of: "accept")) }

    /// Creates the preference from the values of all `Accept` fields.
    ///
    /// The most specific range that matches decides. Malformed elements are ignored.
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
                    // A range that does not match still makes the list exclusive.
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

    /// Returns how specifically a range matches; `nil` if it does not match.
    private static func closeness(of range: String) -> Int? {
        ["*/*": 0, "text/*": 1, "text/event-stream": closest][range]
    }

    /// Scans a range with its weight, and the comma after it; `nil` if they are malformed.
    private static func element(_ scanner: inout FieldScanner) -> (range: String, isAccepted: Bool)? {
        scanner.skipBlanks()
        guard let type = scanner.token(), scanner.take(UInt8(ascii: "/")), let subtype = scanner.token(),
            let parameters = scanner.parameters(), scanner.isAtEnd || scanner.take(UInt8(ascii: ","))
        else { return nil }
        let weight = parameters.first { $0.name == "q" }?.value ?? "1"
        guard isWeight(weight) else { return nil }
        return ("\(type)/\(subtype)", weight.utf8.contains { $0.isDigit && $0 != UInt8(ascii: "0") })
    }

    /// Returns whether a text is a number from 0 to 1 with at most three decimal places.
    private static func isWeight(_ text: String) -> Bool {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, first == "0" || first == "1" else { return false }
        guard parts.count == 2 else { return true }
        return parts[1].utf8.count <= 3 && parts[1].utf8.allSatisfy { $0.isDigit && (first == "0" || $0 == 0x30) }
    }
}
