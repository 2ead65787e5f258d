#if Macros
import SwiftDiagnostics
package import SwiftSyntax
import SwiftSyntaxBuilder
package import SwiftSyntaxMacros

/// `@Remote`: writes the type that has the methods of a protocol and calls another process.
package protocol RemoteExpansion: PeerMacro {}

extension RemoteExpansion {
    /// What is written is laid out already.
    package static var formatMode: FormatMode { .disabled }

    /// Writes the stub.
    package static func expansion(
        of node: AttributeSyntax,
        providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        guard let source = declaration.as(ProtocolDeclSyntax.self) else {
            context.diagnose(Diagnostic(.notAProtocol, at: node))
            return []
        }
        let arguments = MacroArguments(of: node, NameRules.fault(inPath:))
        let stub = Stub(of: source, path: arguments.name)
        let diagnostics = arguments.diagnostics + stub.diagnostics
        for diagnostic in diagnostics { context.diagnose(diagnostic) }
        return diagnostics.isEmpty ? ["\(raw: stub.text)"] : []
    }
}
#endif
