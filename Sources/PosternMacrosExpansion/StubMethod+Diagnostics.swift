#if Macros
import SwiftDiagnostics
import SwiftSyntax

extension StubMethod {
    /// The diagnostics of the method, in the order of the source.
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
        if let generics = function.genericParameterClause { found.append(Diagnostic(.isGeneric, at: generics)) }
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
