import Postern

/// JSON Schemas as short texts, as in `[Guest]`, `"single" | "double"` and `string (uuid)`.
enum SchemaText {
    /// The depth below which types are abbreviated, as a server chooses it.
    private static let maximumDepth = 8

    /// Returns the text of a schema.
    static func type(_ schema: Value?, depth: Int = 0) -> String {
        guard let schema, schema != .map([]), schema != .bool(true), depth < maximumDepth else { return "any" }
        if let name = reference(schema) { return name }
        if let value = schema["const"] { return PrettyJSON.line(value) }
        for word in ["enum", "oneOf", "anyOf"] {
            guard case .array(let cases)? = schema[word], !cases.isEmpty else { continue }
            return cases.map { word == "enum" ? PrettyJSON.line($0) : type($0, depth: depth + 1) }.joined(
                separator: " | "
            )
        }
        if let word = schema["x-reference"] { return Printable.value(word) }
        return words(schema).map { word in text(word, schema, depth) }.joined(separator: " | ")
    }

    /// Returns the name of the type that a schema refers to.
    static func reference(_ schema: Value) -> String? {
        guard case .string(let path)? = schema["$ref"] else { return nil }
        return Printable.text(String(path.split(separator: "/").last ?? ""))
    }

    private static func words(_ schema: Value) -> [String] {
        switch schema["type"] {
        case .string(let word)?: [word]
        case .array(let words)?: words.map(Printable.value)
        default: ["any"]
        }
    }

    private static func text(_ word: String, _ schema: Value, _ depth: Int) -> String {
        switch word {
        case "array": return schema["items"].map { "[\(type($0, depth: depth + 1))]" } ?? "array"
        case "object":
            // A dictionary; the members of other objects are listed elsewhere.
            guard case .map? = schema["additionalProperties"] else { return "object" }
            return "{string: \(type(schema["additionalProperties"], depth: depth + 1))}"
        case "string":
            let note = schema["format"] ?? schema["contentEncoding"]
            return note.map { "string (\(Printable.value($0)))" } ?? "string"
        default: return Printable.text(word)
        }
    }
}
