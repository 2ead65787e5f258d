#if Macros
import SwiftDiagnostics
import SwiftSyntax

/// Writes one method of a typed stub, as one would by hand.
struct StubMethod {
    let function: FunctionDeclSyntax
    private let arguments: MacroArguments
    private let parameters: [MethodParameter]

    private static let margin = "    "
    private static let width = 120

    /// Reads a method of a protocol; `@Expose` may give it another name.
    init(_ function: FunctionDeclSyntax) {
        self.function = function
        parameters = function.signature.parameterClause.parameters.map(MethodParameter.init)
        arguments =
            function.attributes.first(named: "Expose").map { MacroArguments(of: $0, NameRules.fault(in:)) } ?? .none
    }

    /// The method, with its doc comment and a word for who may use it.
    func text(access: String) -> String {
        let above = (documentation + attributes).map { "\(Self.margin)\($0)\n" }.joined()
        let head = "\(Self.margin)\(access)func \(function.name.text)\(generics)"
        let tail = "\(effects)\(result)\(conditions) {"
        let short = "\(head)(\(taken.joined(separator: ", ")))\(tail)"
        let inOneLine = "\(short) \(body) }"
        guard inOneLine.count > Self.width else { return above + inOneLine }
        let end = "\n\(Self.margin)    \(body)\n\(Self.margin)}"
        guard short.count > Self.width else { return above + short + end }
        let list = taken.map { "\(Self.margin)    \($0)" }.joined(separator: ",\n")
        return "\(above)\(head)(\n\(list)\n\(Self.margin))\(tail)\(end)"
    }

    private var documentation: [String] {
        function.leadingTrivia.pieces.flatMap { piece -> [String] in
            switch piece {
            case .docLineComment(let line): return [line]
            case .docBlockComment(let block):
                return block.split(separator: "\n").map { line in
                    let text = line.drop(while: \.isWhitespace)
                    return text.hasPrefix("*") ? " \(text)" : String(text)
                }
            default: return []
            }
        }
    }

    private var attributes: [String] {
        function.attributes.filter { $0.as(AttributeSyntax.self)?.name != "Expose" }.map(\.trimmedDescription)
    }

    private var generics: String { function.genericParameterClause?.trimmedDescription ?? "" }

    private var conditions: String { function.genericWhereClause.map { " \($0.trimmedDescription)" } ?? "" }

    private var taken: [String] {
        parameters.map { parameter in
            let label = parameter.syntax.firstName.text
            let type = parameter.syntax.type.trimmedDescription
            return label == parameter.variable ? "\(label): \(type)" : "\(label) \(parameter.variable): \(type)"
        }
    }

    private var effects: String {
        function.signature.effectSpecifiers.map { " \($0.trimmedDescription)" } ?? ""
    }

    private var returned: TypeSyntax? {
        function.signature.returnClause.map(\.type).flatMap { $0.isVoid ? nil : $0 }
    }

    private var result: String { function.signature.returnClause.map { " \($0.trimmedDescription)" } ?? "" }

    private var body: String {
        let name = (arguments.name ?? function.plainName).literal
        let call = returned?.isStream ?? false ? "stream" : "call"
        return "try await remote.\(call)(\(([name] + parameters.map(\.variable)).joined(separator: ", ")))"
    }
}

extension StubMethod {
    /// Everything that is wrong with it, in order.
    var diagnostics: [Diagnostic] {
        arguments.diagnostics + modifierDiagnostics + parameterDiagnostics + effectDiagnostics + resultDiagnostics
    }

    private var modifierDiagnostics: [Diagnostic] {
        var found = function.modifiers.compactMap { modifier -> Diagnostic? in
            switch modifier.name.tokenKind {
            case .keyword(.static): Diagnostic(.isStatic, at: modifier, .remove(modifier, from: function))
            case .keyword(.mutating): Diagnostic(.isMutating, at: modifier, .remove(modifier, from: function))
            default: nil
            }
        }
        if let attribute = function.attributes.first(named: "Expose"), arguments.saysMoreThanAName {
            found.append(Diagnostic(.optionsOfRemote, at: attribute))
        }
        let name = arguments.name ?? function.plainName
        if arguments.diagnostics.isEmpty, let fault = NameRules.fault(in: name) {
            found.append(Diagnostic(fault, at: function.name))
        }
        return found
    }

    private var parameterDiagnostics: [Diagnostic] {
        parameters.compactMap { parameter in
            parameter.isContext
                ? Diagnostic(.contextInRemote, at: parameter.syntax.type) : parameter.diagnostic
        }
    }

    private var effectDiagnostics: [Diagnostic] {
        let effects = function.signature.effectSpecifiers
        guard effects?.asyncSpecifier != nil, let thrown = effects?.throwsClause else {
            return [Diagnostic(.isNotAsyncThrows, at: function.name, .makeAsyncThrows(function))]
        }
        guard let type = thrown.type, type.lastName != "CallError", type.trimmedDescription != "any Error" else {
            return []
        }
        return [Diagnostic(.wrongError(type.trimmedDescription), at: type)]
    }

    private var resultDiagnostics: [Diagnostic] {
        guard let returned else { return [] }
        if returned.isStream, returned.lastName != "ValueStream" { return [Diagnostic(.foreignStream, at: returned)] }
        return returned.diagnostic(.given).map { [$0] } ?? []
    }
}
#endif
