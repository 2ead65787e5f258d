package import Postern

/// Writes descriptions of routers as OpenRPC 1.4 documents, which tools for version 1.3 can read too.
package enum OpenRPC {
    /// Returns the OpenRPC document for a router, as JSON.
    ///
    /// Safe methods, streams, topics and references, which OpenRPC does not define, are described by the members
    /// `x-safe`, `x-stream`, `x-topics` and `x-reference`.
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
        }
        writer.objects("methods", description.methods.filter { !isReserved($0.path) }, write)
        writer.objects("x-topics", description.topics) { writer, topic in
            writer.member("name", dotted(topic.path))
            writer.member("description", topic.documentation)
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
        writer.member("name", dotted(method.path))
        writer.member("description", method.documentation)
        writer.member("paramStructure", "either")
        writer.objects("params", method.parameters) { writer, parameter in
            writer.member("name", parameter.name)
            writer.member("description", parameter.documentation)
            writer.member("required", parameter.isRequired)
            writer.object("schema") { writeSchema(of: parameter.type, &$0) }
        }
        writer.object("result") { result in
            result.member("name", method.isStream ? "subscription" : "result")
            result.object("schema") { writeSchema(of: method.isStream ? "object" : method.result, &$0) }
        }
        writer.member("x-safe", method.isSafe)
        guard method.isStream else { return }
        writer.object("x-stream") { stream in
            stream.member("notification", Subscription.notification(of: method.path))
            stream.object("item") { writeSchema(of: method.result, &$0) }
        }
    }

    /// Writes the JSON Schema of a type, given by its name in descriptions.
    private static func writeSchema(of type: String, _ schema: inout JSONObjectWriter) {
        switch type {
        case "any": break
        case "bytes":
            schema.member("type", "string")
            schema.member("contentEncoding", "base64")
        case "function", "reference":
            schema.member("type", "object")
            schema.member("x-reference", type == "function" ? "function" : "object")
        default: schema.member("type", type)
        }
    }

    private static func isReserved(_ path: String) -> Bool { path.hasPrefix("rpc/") }

    private static func dotted(_ path: String) -> String { String(path.map { $0 == "/" ? "." : $0 }) }
}

/// The title and version of a server's interface, as shown in discovery documents.
public struct ServerInformation: Hashable, Sendable {
    /// The name of the interface.
    public var title: String
    /// The version of the interface.
    public var version: String

    /// Creates the information of a server.
    public init(title: String = "Postern", version: String = "1.0.0") {
        self.title = title
        self.version = version
    }
}
