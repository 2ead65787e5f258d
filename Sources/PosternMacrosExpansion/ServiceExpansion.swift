#if Macros
import SwiftDiagnostics
package import SwiftSyntax
import SwiftSyntaxBuilder
package import SwiftSyntaxMacros

/// `@Service`: writes the registrations of the methods that are marked with `@Expose`.
///
/// A protocol, so that the plugin has a type of its own for the compiler to find, and the tests have one too.
package protocol ServiceExpansion: ExtensionMacro {}

extension ServiceExpansion {
    /// What is written is laid out already.
    package static var formatMode: FormatMode { .disabled }

    /// Writes the extension.
    package static func expansion(
        of node: AttributeSyntax,
        attachedTo declaration: some DeclGroupSyntax,
        providingExtensionsOf type: some TypeSyntaxProtocol,
        conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        let arguments = MacroArguments(of: node, NameRules.fault(inServiceName:))
        let kind = ServiceKind(declaration)
        let members = ServiceMembers(declaration.memberBlock.members, isIsolated: kind.isIsolated)
        let faults = arguments.diagnostics + kind.diagnostics(at: node)
        for diagnostic in faults + members.diagnostics { context.diagnose(diagnostic) }
        guard faults.isEmpty else { return [] }
        if !members.isMarked { context.diagnose(Diagnostic(.nothingExposed, at: node)) }
        let conformance = protocols.isEmpty ? "" : ": PosternMacros::ServiceConformance"
        let head = "    \(kind.access)\(kind.isolation)func register(in service: Postern::Service) {"
        let lines =
            ["extension \(type.trimmed)\(conformance) {"] + kind.description(name: arguments.name)
            + (members.text.isEmpty ? ["\(head)}"] : [head] + members.text + ["    }"]) + ["}"]
        let text: DeclSyntax = "\(raw: lines.joined(separator: "\n"))"
        return text.as(ExtensionDeclSyntax.self).map { [$0] } ?? []
    }
}
#endif
