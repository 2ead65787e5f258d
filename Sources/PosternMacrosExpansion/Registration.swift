#if Macros
import SwiftSyntax
import SwiftSyntaxBuilder

/// The generated code that registers one method, formatted like handwritten code.
///
/// Like all generated code, it qualifies the names of the library with their module, since a program may declare or
/// import types of the same names.
struct Registration {
    let method: ExposedMethod
    /// Whether methods of the type are isolated to an actor by default.
    let isIsolated: Bool

    private static let margin = "        "
    private static let width = 120

    /// The code with its indentation, in the fewest lines that fit the width.
    var text: String {
        // Layouts from the shortest to the longest; the first that fits is used.
        let flat = "\(Self.margin)\(call)(\(arguments.joined(separator: ", "))) {"
        let list = arguments.map { "\(Self.margin)    \($0)" }.joined(separator: ",\n")
        let tall = "\(Self.margin)\(call)(\n\(list)\n\(Self.margin)) {"
        let headBelow = head.isEmpty ? "" : "\n\(Self.margin)    \(head)"
        let end = "\n\(Self.margin)    \(body)\n\(Self.margin)}"
        let flatLayouts = ["\(flat)\(spacedHead) \(body) }", flat + spacedHead + end, flat + headBelow + end]
        return flatLayouts.first(where: fits)
            ?? tall + (fits("\(Self.margin)) {\(spacedHead)") ? spacedHead : headBelow) + end
    }

    private func fits(_ text: String) -> Bool {
        text.split(separator: "\n").allSatisfy { $0.count <= Self.width }
    }

    private var call: String { method.isStream ? "service.registerStream" : "service.register" }

    private var arguments: [String] {
        [method.name.literal] + method.argumentParameters.map(text) + (options.map { ["options: \($0)"] } ?? [])
    }

    /// Returns the argument that describes a parameter: its name alone, or a `Parameter` with more.
    private func text(_ parameter: MethodParameter) -> String {
        let documentation = comment.parameters[parameter.variableName] ?? comment.parameters[parameter.name]
        guard documentation != nil || parameter.defaultValue != nil else { return parameter.name.literal }
        let parts = [
            parameter.name.literal, documentation?.literal, parameter.defaultValue.map { "default: \($0)" },
        ]
        return "Postern::Parameter<\(parameter.type)>(\(parts.compactMap(\.self).joined(separator: ", ")))"
    }

    private var options: String? {
        let documentation = comment.summary.map { ["documentation: \($0.literal)"] } ?? []
        let parts = documentation + method.arguments.options.map { "\($0.label): \($0.value)" }
        return parts.isEmpty ? nil : "Postern::MethodOptions(\(parts.joined(separator: ", ")))"
    }

    private var comment: DocComment { DocComment(of: method.function) }

    private var spacedHead: String { head.isEmpty ? "" : " \(head)" }

    private var head: String {
        guard !method.parameters.isEmpty || !result.isEmpty else { return "" }
        return "(\(method.parameters.map(\.inClosure).joined(separator: ", ")))\(result) in"
    }

    /// The result type of the closure.
    ///
    /// With an inferred type, a result that is not encodable would select the overload for `Void`, and be discarded.
    private var result: String {
        guard !method.isStream, let type = method.function.signature.returnClause?.type.plain else { return "" }
        return type.isVoid || type.is(SomeOrAnyTypeSyntax.self) ? "" : " -> \(type)"
    }

    private var body: String {
        let arguments = method.parameters.map(\.forwarded).joined(separator: ", ")
        return "\(throwsWord)\(waitsWord)self.\(method.function.name.text)(\(arguments))"
    }

    private var throwsWord: String {
        method.function.signature.effectSpecifiers?.throwsClause == nil ? "" : "try "
    }

    /// `await ` for a method that is async or isolated to an actor.
    private var waitsWord: String {
        if method.function.signature.effectSpecifiers?.asyncSpecifier != nil { return "await " }
        if method.function.attributes.hasGlobalActor { return "await " }
        // `await` on a call that does not suspend is a warning, so that it is written only where it is needed.
        let isFree = method.function.modifiers.contains { $0.name.tokenKind == .keyword(.nonisolated) }
        return isIsolated && !isFree ? "await " : ""
    }
}

extension String {
    /// The text as a Swift string literal.
    var literal: String { StringLiteralExprSyntax(content: self).description }
}
#endif
