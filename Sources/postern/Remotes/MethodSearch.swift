import Postern
import PosternJSONRPC
import Synchronization

/// Finds a method or topic in the description of a server.
final class MethodSearch: Sendable {
    private let name: String
    private let isJSON: Bool
    private let found = Mutex(false)

    /// Creates a search for a name with dots or slashes.
    init(for name: String, isJSON: Bool) {
        self.name = name.replacing("/", with: ".")
        self.isJSON = isJSON
    }

    /// Whether the name was found.
    var isFound: Bool { found.withLock(\.self) }

    /// Returns the lines for the method or topic; none when the description does not have it.
    ///
    /// - Parameter description: An OpenRPC document, or the description of a native server.
    /// - Returns: The lines.
    @Sendable func lines(_ description: Value) -> [String] {
        let document = Self.document(description)
        for (list, isTopic) in [("methods", false), ("x-topics", true)] {
            guard case .array(let entries)? = document[list],
                let entry = entries.first(where: { $0["name"] == .string(name) })
            else { continue }
            found.withLock { $0 = true }
            let types = document["components"]?["schemas"]
            if isJSON { return [PrettyJSON.line(Self.complete(entry, types))] }
            return MethodPage(entry, isTopic: isTopic, types: types).lines
        }
        return []
    }

    /// Returns an entry together with the schemas that it refers to, at the place that the references name.
    private static func complete(_ entry: Value, _ types: Value?) -> Value {
        let schemas = SchemaReferences(types).names(in: [entry]).compactMap { name in
            types?[name].map { Value.Member(name, $0) }
        }
        guard case .map(let members) = entry, !schemas.isEmpty else { return entry }
        return .map(members + [Value.Member("components", .map([Value.Member("schemas", .map(schemas))]))])
    }

    /// Returns the OpenRPC document for a description of a native server, which describes types by words or schemas.
    private static func document(_ description: Value) -> Value {
        guard description["openrpc"] == nil else { return description }
        do {
            let router = try Payload(encoding: description, as: JSON.self).decode(RouterDescription.self)
            let bytes = OpenRPC.document(for: router, ServerInformation())
            return try Value(decoding: Payload(bytes: bytes, codec: JSON.self))
        } catch {
            return .null
        }
    }
}
