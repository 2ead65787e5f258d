#if Macros
import SwiftDiagnostics
import SwiftSyntax

/// The generated type that conforms to a protocol by calling another process.
struct Stub {
    private let source: ProtocolDeclSyntax
    private let path: String
    private let methods: [StubMethod]
    /// The diagnostics of the protocol and its methods, in the order of the source.
    let diagnostics: [Diagnostic]

    /// Creates the stub of a protocol; without a path, the name of the protocol is the default one.
    init(of source: ProtocolDeclSyntax, path: String?) {
        self.source = source
        self.path = path ?? NameRules.serviceName(of: source.name.text)
        var methods: [StubMethod] = []
        var diagnostics = source.inheritanceClause?.inheritedTypes.compactMap(Self.diagnostic) ?? []
        for member in source.memberBlock.members {
            if let function = member.decl.as(FunctionDeclSyntax.self) {
                let method = StubMethod(function)
                diagnostics += method.diagnostics
                if let other = methods.first(where: { $0.name == method.name }) {
                    let note = Note(node: Syntax(other.function.name), message: Remark(message: "It is this one"))
                    diagnostics.append(Diagnostic(.duplicateRemoteName(method.name), at: function.name, notes: [note]))
                }
                methods.append(method)
            } else if !member.decl.is(TypeAliasDeclSyntax.self) {
                // A type alias needs no implementation; any other requirement cannot be called.
                diagnostics.append(Diagnostic(.notARemoteMethod(member.decl.kindName), at: member.decl))
            }
        }
        self.methods = methods
        self.diagnostics = diagnostics
    }

    /// The generated code.
    var text: String {
        let name = source.name.text
        let methods = methods.map { "\n\n" + $0.text(access: access) }.joined()
        return """
            /// A `\(name)` in another process: its methods call those of a service there.
            \(access)struct Remote\(name): \(name) {
                /// The service that the methods call.
                \(access)let remote: Postern::RemoteService

                /// Calls the service at a path.
                \(access)init(
                    _ callee: some Postern::Callee,
                    path: Swift::String = \(path.literal),
                    timeout: Swift::Duration? = nil
                ) {
                    self.remote = Postern::RemoteService(callee, path: path, timeout: timeout)
                }

                /// Calls the service that a reference leads to.
                \(access)init(_ reference: Postern::Reference, timeout: Swift::Duration? = nil) {
                    self.remote = Postern::RemoteService(reference, timeout: timeout)
                }\(methods)
            }
            """
    }

    /// The access level of the stub; a private protocol is visible in its file, and so is its stub.
    private var access: String {
        let words = source.modifiers.map(\.name.text)
        for word in ["public", "package", "fileprivate"] where words.contains(word) { return "\(word) " }
        return words.contains("private") ? "fileprivate " : ""
    }

    private static func diagnostic(_ parent: InheritedTypeSyntax) -> Diagnostic? {
        ["AnyObject", "Actor", "AnyActor", "DistributedActor"].contains(parent.type.lastName)
            ? Diagnostic(.classBound, at: parent.type) : nil
    }
}
#endif
