#if Macros
import SwiftDiagnostics
package import SwiftSyntax
package import SwiftSyntaxMacros

/// `@Expose`: marks a method for `@Service`, and says where it is written when it cannot be exposed.
package protocol ExposeExpansion: PeerMacro {}

extension ExposeExpansion {
    /// Nothing is written that could be laid out.
    package static var formatMode: FormatMode { .disabled }

    /// Writes nothing.
    package static func expansion(
        of node: AttributeSyntax,
        providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        for diagnostic in diagnostics(of: node, declaration, in: context) { context.diagnose(diagnostic) }
        return []
    }

    private static func diagnostics(
        of node: AttributeSyntax,
        _ declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) -> [Diagnostic] {
        guard let function = declaration.as(FunctionDeclSyntax.self), let method = ExposedMethod(function) else {
            return [Diagnostic(.notAMethod(declaration.kindName), at: node)]
        }
        let place = context.lexicalContext.first
        if place?.is(ExtensionDeclSyntax.self) ?? false { return [Diagnostic(.inExtension, at: node)] }
        // What a protocol's methods may be is for `@Remote` to say.
        if place?.as(ProtocolDeclSyntax.self)?.attributes.first(named: "Remote") != nil { return [] }
        guard place?.asProtocol((any DeclGroupSyntax).self)?.attributes.first(named: "Service") != nil else {
            return [Diagnostic(.outsideService, at: node)]
        }
        return method.diagnostics
    }
}
#endif
