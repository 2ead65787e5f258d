#if Macros
import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder

/// The use of a type in a method: as a parameter (taken) or as the result (given).
enum TypeRole {
    case taken, given
}

/// Properties of types that are visible in their syntax, since a macro cannot resolve names.
extension TypeSyntaxProtocol {
    /// The type without attributes such as `@escaping` and specifiers such as `sending`.
    var plain: TypeSyntax {
        TypeSyntax(self).as(AttributedTypeSyntax.self).map { $0.baseType.trimmed } ?? TypeSyntax(self).trimmed
    }

    /// The last name of the type without generic arguments; empty for a type without a name.
    var lastName: String {
        let type = TypeSyntax(self)
        return type.as(IdentifierTypeSyntax.self)?.name.text ?? type.as(MemberTypeSyntax.self)?.name.text ?? ""
    }

    /// The module or type before the last name; empty without one.
    var qualifier: String {
        let type = TypeSyntax(self)
        if let name = type.as(IdentifierTypeSyntax.self) { return name.moduleSelector?.moduleName.text ?? "" }
        return type.as(MemberTypeSyntax.self)?.baseType.trimmedDescription ?? ""
    }

    /// Whether the type is a sequence whose items are sent one by one, judged by its name.
    var isStream: Bool {
        let type = TypeSyntax(self)
        if let opaque = type.as(SomeOrAnyTypeSyntax.self) { return opaque.constraint.isStream }
        if let parts = type.as(CompositionTypeSyntax.self) { return parts.elements.contains { $0.type.isStream } }
        return lastName.hasSuffix("Stream") || lastName == "AsyncSequence"
    }

    /// Whether the type is `Void`.
    var isVoid: Bool { lastName == "Void" || TypeSyntax(self).as(TupleTypeSyntax.self)?.elements.isEmpty == true }

    /// Returns the diagnostic of a type that cannot be sent, or `nil`.
    func diagnostic(_ role: TypeRole) -> Diagnostic? {
        let type = TypeSyntax(self)
        if let attributed = type.as(AttributedTypeSyntax.self) { return attributed.diagnosticOfParts(role) }
        if let optional = type.as(OptionalTypeSyntax.self) { return optional.wrappedType.diagnostic(role) }
        if let array = type.as(ArrayTypeSyntax.self) { return array.element.diagnostic(role) }
        if let dictionary = type.as(DictionaryTypeSyntax.self) { return dictionary.value.diagnostic(role) }
        if let tuple = type.as(TupleTypeSyntax.self) { return tuple.diagnosticOfParts(role) }
        if type.is(FunctionTypeSyntax.self) { return .closure(type, role) }
        if let opaque = type.as(SomeOrAnyTypeSyntax.self) { return opaque.diagnosticOfKind(role) }
        guard lastName == "Any" else { return nil }
        return Diagnostic(.anyType, at: type, .use("Value", for: type))
    }
}

extension AttributedTypeSyntax {
    fileprivate func diagnosticOfParts(_ role: TypeRole) -> Diagnostic? {
        // The fix-it replaces the attributes too: `@escaping` is not valid on a `Callback`.
        baseType.is(FunctionTypeSyntax.self) ? .closure(TypeSyntax(self), role) : baseType.diagnostic(role)
    }
}

extension TupleTypeSyntax {
    fileprivate func diagnosticOfParts(_ role: TypeRole) -> Diagnostic? {
        // One element in parentheses is that element, not a tuple.
        guard let only = elements.first, elements.count == 1 else { return Diagnostic(.tuple, at: self) }
        guard only.type.plain.is(FunctionTypeSyntax.self) else { return only.type.diagnostic(role) }
        return .closure(TypeSyntax(self), role)
    }
}

extension SomeOrAnyTypeSyntax {
    fileprivate func diagnosticOfKind(_ role: TypeRole) -> Diagnostic? {
        if someOrAnySpecifier.tokenKind == .keyword(.any) {
            return Diagnostic(.existential(trimmedDescription), at: self)
        }
        return role == .taken ? Diagnostic(.isGeneric, at: self) : nil
    }
}

extension Diagnostic {
    fileprivate static func closure(_ type: TypeSyntax, _ role: TypeRole) -> Diagnostic {
        Diagnostic(role == .taken ? .closureAsParameter : .closureAsResult, at: type, .use("Callback", for: type))
    }
}
#endif
