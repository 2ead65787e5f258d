#if Macros
import SwiftDiagnostics
package import SwiftSyntax
import SwiftSyntaxBuilder
package import SwiftSyntaxMacros

/// The expansion of `@Service`: an extension that registers the methods marked with `@Expose`.
///
/// A protocol, because the compiler finds a macro by a type of the plug-in's module, and tests need a type without it.
package protocol ServiceExpansion: ExtensionMacro {}

extension ServiceExpansion {
    /// The generated code is formatted already.
    package static var formatMode: FormatMode { .disabled }

    /// Generates the extension, unless the type or the arguments have faults.
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
        // Faulty methods are left out and diagnosed, so that the others do not cause errors that follow from them.
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
