#if Macros
import PosternMacrosExpansion
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// Expands the macros of source text and compares the result.
enum Expansion {
    private static let macros: [String: MacroSpec] = [
        "Service": MacroSpec(type: ServiceMacro.self, conformances: ["NamedExposable"]),
        "Expose": MacroSpec(type: ExposeMacro.self),
        "Remote": MacroSpec(type: RemoteMacro.self),
    ]

    /// Expects source text to expand to other text, with diagnostics and fix-its.
    static func expect(
        _ source: String,
        becomes expanded: String,
        diagnostics: [DiagnosticSpec] = [],
        fixed: String? = nil,
        at location: Testing.SourceLocation = #_sourceLocation
    ) {
        assertMacroExpansion(
            source,
            expandedSource: expanded,
            diagnostics: diagnostics,
            macroSpecs: macros,
            fixedSource: fixed,
            failureHandler: { Issue.record("\($0.message)", sourceLocation: location) }
        )
    }
}

private enum ServiceMacro: ServiceExpansion {}
private enum ExposeMacro: ExposeExpansion {}
private enum RemoteMacro: RemoteExpansion {}
#endif
