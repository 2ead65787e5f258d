package import Postern

/// Writes descriptions of routers as OpenRPC 1.4 documents, which tools for version 1.3 can read too.
package enum OpenRPC {
    /// Returns the OpenRPC document for a router, as JSON.
    ///
    /// What OpenRPC does not define is described by members of its own: safe methods by `x-safe`, streams by `x-stream`,
    /// the details of errors by `x-error-details`, topics by `x-topics`, and references by `x-reference` in schemas.
    ///
    /// - Parameters:
    ///   - description: The description of the router.
    ///   - information: The title and version of the interface.
    /// - Returns: The document as UTF-8 text.
    package static func document(for description: RouterDescription, _ information: ServerInformation) -> [UInt8] {
        var writer = JSONObjectWriter()
        writer.member("openrpc", "1.4.0")
        writer.object("info") { info in
            info.member("title", information.title)
            info.member("version", information.version)
            info.member("description", information.description)
        }
        writer.objects("methods", description.methods.filter { !isReserved($0.path) }, write)
        writer.objects("x-topics", description.topics) { writer, topic in
            writer.member("name", MethodPath.name(of: topic.path))
            writer.member("description", topic.documentation)
            writer.member("schema", schema(topic.schema, or: "any"))
        }
        if case .map(let schemas) = description.schemas, !schemas.isEmpty {
            writer.object("components") { $0.member("schemas", .map(schemas)) }
        }
        return writer.finished()
    }

    /// Returns the result of `rpc.modules`: an object with the name and the version of each top-level service.
    package static func modules(of description: RouterDescription, _ information: ServerInformation) -> [UInt8] {
        // The gateway itself serves methods such as `rpc.ping`.
        var names: Set<String> = ["rpc"]
        for method in description.methods where method.path.utf8.contains(Byte.slash) {
            names.insert(String(method.path.prefix { $0 != "/" }))
        }
        var writer = JSONObjectWriter()
        for name in names.sorted() { writer.member(name, information.version) }
        return writer.finished()
    }

    private static func write(_ writer: inout JSONObjectWriter, _ method: MethodDescription) {
        writer.member("name", MethodPath.name(of: method.path))
        writer.member("description", method.documentation)
        writer.member("paramStructure", "either")
        writer.objects("params", method.parameters) { writer, parameter in
            writer.member("name", parameter.name)
            writer.member("description", parameter.documentation)
            writer.member("required", parameter.isRequired)
            writer.member("schema", schema(parameter.schema, or: parameter.type))
        }
        let result = schema(method.resultSchema, or: method.result)
        writer.object("result") { writer in
            writer.member("name", method.isStream ? "subscription" : "result")
            writer.member("schema", method.isStream ? ["type": "object"] : result)
        }
        if let errors = method.errors { write(&writer, errors) }
        writer.member("x-safe", method.isSafe)
        guard method.isStream else { return }
        writer.object("x-stream") { stream in
            stream.member("notification", Subscription.notification(of: method.path))
            stream.member("item", result)
        }
    }

    /// Writes the errors that a method declares; OpenRPC demands that each code appears once.
    private static func write(_ writer: inout JSONObjectWriter, _ errors: [ErrorDescription]) {
        var codes: Set<Int64> = []
        writer.objects("errors", errors.filter { codes.insert($0.code).inserted }) { writer, error in
            writer.member("code", .integer(error.code))
            writer.member("message", error.message)
        }
        let schemas = Dictionary(grouping: errors.filter { $0.details != nil }, by: \.code)
        guard !schemas.isEmpty else { return }
        writer.object("x-error-details") { writer in
            for (code, errors) in schemas.sorted(by: { $0.key > $1.key }) {
                let details = errors.map { schema($0.details, or: "any") }
                writer.member("\(code)", details.count == 1 ? details[0] : ["anyOf": .array(details)])
            }
        }
    }

    /// Returns a schema that a description contains, or that of a word for types.
    private static func schema(_ described: Value?, or word: String) -> Value {
        if case .map = described, let described { return described }
        return switch word {
        case "any": .map([])
        case "bytes": ["type": "string", "contentEncoding": "base64"]
        case "function": ["type": "object", "x-reference": "function"]
        case "reference": ["type": "object", "x-reference": "object"]
        default: ["type": .string(word)]
        }
    }

    private static func isReserved(_ path: String) -> Bool { path.hasPrefix("rpc/") }
}

/// The title and version of a server's interface, as shown in discovery documents.
public struct ServerInformation: Hashable, Sendable {
    /// The name of the interface.
    public var title: String
    /// The version of the interface.
    public var version: String
    /// The purpose of the interface, for people; `nil` for none.
    public var description: String?

    /// Creates the information of a server.
    public init(title: String = "Postern", version: String = "1.0.0", description: String? = nil) {
        self.title = title
        self.version = version
        self.description = description
    }
}
