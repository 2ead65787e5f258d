#if Macros
import SwiftDiagnostics
import SwiftParser
import SwiftSyntax

/// A parameter of a method that is called from elsewhere.
struct MethodParameter {
    let syntax: FunctionParameterSyntax

    /// The label with which the method is called in Swift; `nil` for `_`.
    var label: String? { syntax.firstName.tokenKind == .wildcard ? nil : syntax.firstName.text }

    /// The name inside the method, as it is written in code; the label where that is all there is.
    ///
    /// One that is called `self` has another name there, where methods of `self` are called.
    var variable: String {
        guard variableName != "self" else { return "selfArgument" }
        let isWritten = variableName == "_" || variableName.isValidSwiftIdentifier(for: .variableName)
        return isWritten ? variableName : "`\(variableName)`"
    }

    /// The name inside the method.
    var variableName: String {
        let second = syntax.secondName.flatMap { $0.tokenKind == .wildcard ? nil : $0 }
        return (second ?? syntax.firstName).text.filter { $0 != "`" }
    }

    /// The name by which callers give its argument.
    var name: String { label?.filter { $0 != "`" } ?? variableName }

    /// Its type, without what says how it is passed.
    var type: TypeSyntax { syntax.type.plain }

    /// What it is when it is not given; that of an optional is nil anyway.
    var defaultValue: ExprSyntax? {
        syntax.defaultValue.map(\.value.trimmed).flatMap { $0.is(NilLiteralExprSyntax.self) ? nil : $0 }
    }

    /// Whether it is given the context of the call.
    var isContext: Bool { ["", "Postern"].contains(type.qualifier) && type.lastName == "CallContext" }

    /// The parameter of a closure.
    var inClosure: String { "\(variable): \(type)" }

    /// The argument that hands on what the closure was given.
    ///
    /// Only three keywords need back quotes as labels.
    var handedOn: String {
        guard let label else { return variable }
        return "\(["let", "var", "inout"].contains(name) ? label : name): \(variable)"
    }

    /// What is wrong with it.
    var diagnostic: Diagnostic? {
        if let ellipsis = syntax.ellipsis { return Diagnostic(.isVariadic, at: ellipsis, takeArray) }
        if variable == "_" { return Diagnostic(.isNameless, at: syntax.firstName) }
        if let passing = syntax.type.as(AttributedTypeSyntax.self)?.faultInSpecifiers {
            return Diagnostic(passing, at: syntax.type)
        }
        return syntax.type.diagnostic(.taken) ?? (type.isStream ? Diagnostic(.streamTaken, at: syntax.type) : nil)
    }

    private var takeArray: FixIt {
        var fixed = syntax
        let array = ArrayTypeSyntax(element: syntax.type.trimmed)
        fixed.type = TypeSyntax(array).with(\.leadingTrivia, syntax.type.leadingTrivia)
        fixed.type.trailingTrivia = syntax.ellipsis?.trailingTrivia ?? []
        fixed.ellipsis = nil
        return .replace(message: Remedy(message: "Use '\(array)'"), oldNode: syntax, newNode: fixed)
    }
}

extension AttributedTypeSyntax {
    /// What the words before the type ask for that no caller can give.
    fileprivate var faultInSpecifiers: Fault? {
        let words = specifiers.flatMap { $0.tokens(viewMode: .sourceAccurate) }.map(\.tokenKind)
        if words.contains(.keyword(.inout)) { return .isInout }
        return words.contains(.keyword(.isolated)) ? .isIsolated : nil
    }
}
#endif
