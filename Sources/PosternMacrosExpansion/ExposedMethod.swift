#if Macros
import SwiftDiagnostics
import SwiftSyntax

/// A method that is marked with `@Expose`.
struct ExposedMethod {
    let function: FunctionDeclSyntax
    let attribute: AttributeSyntax
    let arguments: MacroArguments
    /// All parameters, with the context of the call if there is one.
    let parameters: [MethodParameter]

    /// Creates the model of a method; `nil` if it is not marked with `@Expose`.
    init?(_ function: FunctionDeclSyntax) {
        guard let attribute = function.attributes.first(named: "Expose") else { return nil }
        self.function = function
        self.attribute = attribute
        arguments = MacroArguments(of: attribute, NameRules.fault(in:))
        parameters = function.signature.parameterClause.parameters.map(MethodParameter.init)
    }

    /// The name for callers.
    var name: String { arguments.name ?? function.plainName }

    /// The parameters whose arguments callers send.
    var argumentParameters: [MethodParameter] { parameters.filter { !$0.isContext } }

    /// Whether the result is a stream.
    var isStream: Bool { arguments.isStream ?? function.signature.returnClause?.type.isStream ?? false }

    /// Whether the method can be exposed.
    var isFit: Bool { diagnostics.isEmpty }

    /// The diagnostics of the method, in the order of the source.
    var diagnostics: [Diagnostic] {
        arguments.diagnostics + nameDiagnostics + modifierDiagnostics + parameterDiagnostics + resultDiagnostics
    }

    private var nameDiagnostics: [Diagnostic] {
        guard arguments.name == nil, arguments.diagnostics.isEmpty, let fault = NameRules.fault(in: name) else {
            return []
        }
        return [Diagnostic(fault, at: function.name)]
    }

    private var modifierDiagnostics: [Diagnostic] {
        var found: [Diagnostic] = []
        for modifier in function.modifiers {
            switch modifier.name.tokenKind {
            case .keyword(.static), .keyword(.class):
                found.append(Diagnostic(.isStatic, at: modifier, .remove(modifier, from: function)))
            case .keyword(.mutating):
                found.append(Diagnostic(.isMutating, at: modifier, .remove(modifier, from: function)))
            default: break
            }
        }
        if let generics = function.genericParameterClause { found.append(Diagnostic(.isGeneric, at: generics)) }
        return found
    }

    private var parameterDiagnostics: [Diagnostic] {
        var found = parameters.compactMap(\.diagnostic)
        for parameter in parameters.dropFirst() where parameter.isContext {
            found.append(Diagnostic(.misplacedContext, at: parameter.syntax.type))
        }
        var names: Set<String> = []
        for parameter in argumentParameters where !names.insert(parameter.name).inserted {
            found.append(Diagnostic(.isNamedTwice(parameter.name), at: parameter.syntax.firstName))
        }
        let count = argumentParameters.count
        if count > 8 { found.append(Diagnostic(.tooMany(count), at: argumentParameters[8].syntax)) }
        return found
    }

    private var resultDiagnostics: [Diagnostic] {
        guard let result = function.signature.returnClause?.type, !result.isVoid else { return [] }
        return result.diagnostic(.given).map { [$0] } ?? []
    }
}

extension FunctionDeclSyntax {
    /// The name of the method without back quotes.
    var plainName: String { name.text.filter { $0 != "`" } }
}
#endif
