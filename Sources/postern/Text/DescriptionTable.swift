import Postern

/// The methods and topics of a server as a table.
struct DescriptionTable {
    private let description: Value

    /// Creates a table from the answer of `rpc/describe`.
    init(_ description: Value) { self.description = description }

    /// The lines of the table, methods before topics.
    var lines: [String] {
        section("Methods", list("methods").map { (signature($0), marks($0) + documentation($0)) })
            + section("Topics", list("topics").map { (dotted($0), documentation($0)) })
    }

    private func section(_ title: String, _ rows: [(left: String, right: String)]) -> [String] {
        guard !rows.isEmpty else { return [] }
        // A very long signature does not move the second column of all others.
        let width = min(rows.map(\.left.count).max() ?? 0, Self.maximumWidth)
        return [title]
            + rows.map { row in
                let padding = String(repeating: " ", count: max(0, width - row.left.count))
                return row.right.isEmpty ? "  \(row.left)" : "  \(row.left)\(padding)  \(row.right)"
            }
    }

    private static let maximumWidth = 60

    private func signature(_ method: Value) -> String {
        let parameters = Self.elements(method["parameters"]).map { parameter in
            let isRequired = parameter["isRequired"] != .bool(false)
            return "\(text(parameter, "name"))\(isRequired ? "" : "?"): \(text(parameter, "type"))"
        }
        let arrow = method["isStream"] == .bool(true) ? "->>" : "->"
        return "\(dotted(method))(\(parameters.joined(separator: ", "))) \(arrow) \(text(method, "result"))"
    }

    private func marks(_ method: Value) -> String {
        (method["isStream"] == .bool(true) ? "[stream] " : "") + (method["isSafe"] == .bool(true) ? "[safe] " : "")
    }

    private func list(_ name: String) -> [Value] { Self.elements(description[name]) }

    private static func elements(_ value: Value?) -> [Value] {
        if case .array(let elements) = value { elements } else { [] }
    }

    private func dotted(_ value: Value) -> String { text(value, "path").replacing("/", with: ".") }

    /// The first line of the documentation; the page of a method has all of it.
    private func documentation(_ value: Value) -> String {
        guard case .string(let text)? = value["documentation"] else { return "" }
        return Printable.text(String(text.prefix { !$0.isNewline }))
    }

    private func text(_ value: Value, _ name: String) -> String {
        if case .string(let text) = value[name] { Printable.text(text) } else { "" }
    }
}
