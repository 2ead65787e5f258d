#if Macros
import SwiftDiagnostics
package import SwiftSyntax
import SwiftSyntaxBuilder
package import SwiftSyntaxMacros

/// The expansion of `@Remote`: a type that conforms to a protocol by calling another process.
package protocol RemoteExpansion: PeerMacro {}

extension RemoteExpansion {
    /// The generated code is formatted already.
    package static var formatMode: FormatMode { .disabled }

    /// Generates the stub, unless the protocol has faults.
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
