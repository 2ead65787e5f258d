#if Macros
import SwiftSyntax
import SwiftSyntaxBuilder

/// Writes the registration of one method, as one would by hand.
///
/// Names of the library have their module before them, here and in all that macros write: a program may have types of
/// the same names, or import some.
struct Registration {
    let method: ExposedMethod
    /// Whether methods of the type run on an actor, unless they say otherwise.
    let isIsolated: Bool

    private static let margin = "        "
    private static let width = 120

    /// The lines, with their indentation: as few as fit.
    var text: String {
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

    /// Written out, so that a result that cannot be encoded is an error, and not passed over.
    private var result: String {
        guard !method.isStream, let type = method.function.signature.returnClause?.type.plain else { return "" }
        return type.isVoid || type.is(SomeOrAnyTypeSyntax.self) ? "" : " -> \(type)"
    }

    private var body: String {
        let handedOn = method.parameters.map(\.handedOn).joined(separator: ", ")
        return "\(throwsWord)\(waitsWord)self.\(method.function.name.text)(\(handedOn))"
    }

    private var throwsWord: String {
        method.function.signature.effectSpecifiers?.throwsClause == nil ? "" : "try "
    }

    private var waitsWord: String {
        if method.function.signature.effectSpecifiers?.asyncSpecifier != nil { return "await " }
        if method.function.attributes.hasGlobalActor { return "await " }
        let isFree = method.function.modifiers.contains { $0.name.tokenKind == .keyword(.nonisolated) }
        return isIsolated && !isFree ? "await " : ""
    }
}

extension String {
    /// The text as Swift writes it.
    var literal: String { StringLiteralExprSyntax(content: self).description }
}
#endif
