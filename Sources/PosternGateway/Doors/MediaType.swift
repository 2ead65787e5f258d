/// A media type with parameters, such as `application/json; charset=utf-8` (RFC 9110 section 8.3.1).
struct MediaType {
    /// The type and the subtype, in lower case.
    let name: String
    /// The parameters, in lower case, with their values unquoted.
    let parameters: [(name: String, value: String)]

    /// Parses the value of `Content-Type`; `nil` if it is malformed.
    init?(_ text: String) {
        var scanner = FieldScanner(text)
        guard let type = scanner.token(), scanner.take(UInt8(ascii: "/")), let subtype = scanner.token(),
            let parameters = scanner.parameters(), scanner.isAtEnd
        else { return nil }
        name = "\(type)/\(subtype)"
        self.parameters = parameters
    }

    /// Whether the type is JSON in UTF-8.
    ///
    /// Parameters other than the charset have no meaning for JSON (RFC 8259 section 11).
    var isJSON: Bool {
        guard ["application/json", "application/json-rpc", "application/jsonrequest"].contains(name) else {
            return false
        }
        return parameters.allSatisfy { $0.name != "charset" || ["utf-8", "utf8"].contains($0.value) }
    }
}
