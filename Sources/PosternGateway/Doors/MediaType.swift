/// A media type with its parameters: `application/json; charset=utf-8` (RFC 9110 section 8.3.1).
struct MediaType {
    /// Type and subtype, in lower case.
    let name: String
    /// In lower case, values without their quotes.
    let parameters: [(name: String, value: String)]

    /// Reads the value of `Content-Type`.
    init?(_ text: String) {
        var scanner = FieldScanner(text)
        guard let type = scanner.token(), scanner.take(UInt8(ascii: "/")), let subtype = scanner.token(),
            let parameters = scanner.parameters(), scanner.isAtEnd
        else { return nil }
        name = "\(type)/\(subtype)"
        self.parameters = parameters
    }

    /// Whether it is JSON in UTF-8.
    ///
    /// Other parameters than the charset mean nothing in JSON (RFC 8259 section 11).
    var isJSON: Bool {
        guard ["application/json", "application/json-rpc", "application/jsonrequest"].contains(name) else {
            return false
        }
        return parameters.allSatisfy { $0.name != "charset" || ["utf-8", "utf8"].contains($0.value) }
    }
}
