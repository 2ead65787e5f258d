#if Macros
import SwiftDiagnostics
import SwiftParser
import SwiftSyntax

/// A parameter of an exposed or remote method.
struct MethodParameter {
    let syntax: FunctionParameterSyntax

    /// The argument label; `nil` for `_`.
    var label: String? { syntax.firstName.tokenKind == .wildcard ? nil : syntax.firstName.text }

    /// The name of the variable in generated code, with back quotes if it needs them.
    ///
    /// A parameter called `self` is renamed, because generated code uses `self` for the service.
    var variable: String {
        guard variableName != "self" else { return "selfArgument" }
        let isWritten = variableName == "_" || variableName.isValidSwiftIdentifier(for: .variableName)
        return isWritten ? variableName : "`\(variableName)`"
    }

    /// The internal name without back quotes, or the label if that is the only name.
    var variableName: String {
        // In `func f(a _: Int)`, the label is the only name.
        let second = syntax.secondName.flatMap { $0.tokenKind == .wildcard ? nil : $0 }
        return (second ?? syntax.firstName).text.filter { $0 != "`" }
    }

    /// The name for callers.
    var name: String { label?.filter { $0 != "`" } ?? variableName }

    /// The type without attributes and specifiers.
    var type: TypeSyntax { syntax.type.plain }

    /// The default value; `nil` without one, and for `nil` itself, which is the default of every optional.
    var defaultValue: ExprSyntax? {
        syntax.defaultValue.map(\.value.trimmed).flatMap { $0.is(NilLiteralExprSyntax.self) ? nil : $0 }
    }

    /// Whether the parameter takes the context of the call.
    var isContext: Bool { ["", "Postern"].contains(type.qualifier) && type.lastName == "CallContext" }

    /// The parameter as written in the generated closure.
    var inClosure: String { "\(variable): \(type)" }

    /// The argument with which the generated closure calls the method.
    ///
    /// Of all keywords, only `let`, `var` and `inout` need back quotes as labels.
    var forwarded: String {
        guard let label else { return variable }
        return "\(["let", "var", "inout"].contains(name) ? label : name): \(variable)"
    }

    /// The diagnostic of the parameter, or `nil`.
    var diagnostic: Diagnostic? {
        if let ellipsis = syntax.ellipsis { return Diagnostic(.isVariadic, at: ellipsis, takeArray) }
        if variable == "_" { return Diagnostic(.isNameless, at: syntax.firstName) }
        if let passing = syntax.type.as(AttributedTypeSyntax.self)?.faultInSpecifiers {
            return Diagnostic(passing, at: syntax.type)
        }
        return syntax.type.diagnostic(.taken) ?? (type.isStream ? Diagnostic(.streamAsParameter, at: syntax.type) : nil)
    }

    /// The fix-it that replaces a variadic parameter by an array.
    private var takeArray: FixIt {
        var fixed = syntax
        let array = ArrayTypeSyntax(element: syntax.type.trimmed)
        fixed.type = TypeSyntax(array).with(\.leadingTrivia, syntax.type.leadingTrivia)
        // White space and comments after the ellipsis stay after the type.
        fixed.type.trailingTrivia = syntax.ellipsis?.trailingTrivia ?? []
        fixed.ellipsis = nil
        return .replace(message: Remedy(message: "Use '\(array)'"), oldNode: syntax, newNode: fixed)
    }
}

extension AttributedTypeSyntax {
    /// The fault of a specifier that no remote caller can satisfy, or `nil`.
    fileprivate var faultInSpecifiers: Fault? {
        let words = specifiers.flatMap { $0.tokens(viewMode: .sourceAccurate) }.map(\.tokenKind)
        if words.contains(.keyword(.inout)) { return .isInout }
        return words.contains(.keyword(.isolated)) ? .isIsolated : nil
    }
}
#endif
