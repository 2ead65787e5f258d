import Postern

/// The description of one method or topic as lines, from its entry in an OpenRPC document.
struct MethodPage {
    private let entry: Value
    private let isTopic: Bool
    private let types: Value?

    /// Creates a page.
    ///
    /// - Parameters:
    ///   - entry: The entry of the method or topic.
    ///   - isTopic: Whether it is a topic.
    ///   - types: The schemas that the entry may refer to.
    init(_ entry: Value, isTopic: Bool, types: Value?) {
        self.entry = entry
        self.isTopic = isTopic
        self.types = types
    }

    /// The lines: the signature, the documentation, parameters, result, errors with the types of their details, and the types
    /// that these refer to.
    var lines: [String] {
        [signature] + paragraph("summary") + paragraph("description") + section("Parameters", parameters)
            + resultSection
            + section("Errors", errors) + typeSections
    }

    private var signature: String {
        let name = text("name")
        guard !isTopic else { return "\(name)  [topic]" }
        let names = list(entry["params"]).map { parameter in
            "\(Printable.value(parameter["name"] ?? ""))\(parameter["required"] == .bool(true) ? "" : "?")"
        }
        let marks = [(" [stream]", stream != nil), (" [safe]", entry["x-safe"] == .bool(true))]
        return "\(name)(\(names.joined(separator: ", ")))" + marks.filter(\.1).map { " \($0.0)" }.joined()
    }

    private var stream: Value? { entry["x-stream"] }

    private var parameters: [[String]] {
        list(entry["params"]).map { parameter in
            row(parameter["name"] ?? "", parameter["schema"], parameter["required"] == .bool(true), parameter)
        }
    }

    private var result: Value? {
        if isTopic { return entry["schema"] ?? entry["event"] }
        return stream?["item"] ?? stream?["schema"] ?? entry["result"]?["schema"]
    }

    private var resultSection: [String] {
        guard !isTopic || result != nil else { return [] }
        let title = isTopic ? "Events" : stream == nil ? "Result" : "Items"
        let about = [Self.said(entry["result"]?["description"]), Self.said(result?["description"])].first {
            !$0.isEmpty
        }
        return section(title, [[SchemaText.type(result), about ?? ""]])
    }

    private var errors: [[String]] {
        list(entry["errors"]).map { error in
            let type = details(of: error).map { SchemaText.type($0) }
            return [Printable.value(error["code"] ?? ""), Printable.value(error["message"] ?? ""), type ?? ""]
        }
    }

    /// Returns the schema for the details of an error.
    private func details(of error: Value) -> Value? {
        error["code"].flatMap { entry["x-error-details"]?[Printable.value($0)] }
    }

    /// A section for each type that is referred to, in the order of the first reference.
    private var typeSections: [String] {
        let roots =
            list(entry["params"]).compactMap { $0["schema"] } + [result].compactMap(\.self)
            + list(entry["errors"]).compactMap(details)
        return SchemaReferences(types).names(in: roots).flatMap { name in
            section(Printable.text(name), members(of: types?[name] ?? .null))
        }
    }

    /// The rows for the members of an object, or for the text of any other type.
    private func members(of type: Value) -> [[String]] {
        guard case .map(let properties)? = type["properties"] else {
            return [[SchemaText.type(type), Self.said(type["description"])]]
        }
        let required = list(type["required"])
        return properties.map { row(.string($0.name), $0.value, required.contains(.string($0.name)), $0.value) }
    }

    private func row(_ name: Value, _ schema: Value?, _ isRequired: Bool, _ described: Value) -> [String] {
        let fallback = schema?["default"].map { "= \(Printable.text(PrettyJSON.line($0)))" }
        let note = fallback ?? (isRequired ? "" : "optional")
        let about = [Self.said(described["description"]), Self.said(schema?["description"])].first { !$0.isEmpty }
        return [Printable.value(name), SchemaText.type(schema), note, about ?? ""]
    }

    private func section(_ title: String, _ rows: [[String]]) -> [String] {
        rows.isEmpty ? [] : ["", title] + Columns.lines(rows)
    }

    /// The lines of a text, which may have several.
    private func paragraph(_ name: String) -> [String] {
        guard case .string(let text)? = entry[name] else { return [] }
        return text.split(separator: "\n").map { Printable.text(String($0)) }
    }

    private func text(_ name: String) -> String { Self.said(entry[name]) }

    private static func said(_ value: Value?) -> String { value.map(Printable.value) ?? "" }

    private func list(_ value: Value?) -> [Value] { if case .array(let values)? = value { values } else { [] } }
}
