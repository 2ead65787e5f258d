#if Macros
import PosternMacrosExpansion
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// Expands the macros of a text, and compares what comes out.
enum Expansion {
    private static let macros: [String: MacroSpec] = [
        "Service": MacroSpec(type: ServiceMacro.self, conformances: ["NamedExposable"]),
        "Expose": MacroSpec(type: ExposeMacro.self),
        "Remote": MacroSpec(type: RemoteMacro.self),
    ]

    /// Expects that a text becomes another.
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
