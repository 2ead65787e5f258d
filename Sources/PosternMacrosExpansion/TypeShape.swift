#if Macros
import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder

/// Where a type stands in a method.
enum TypeRole {
    case taken, given
}

/// What can be told about types without knowing them.
extension TypeSyntaxProtocol {
    /// The type without attributes such as `@escaping` and specifiers such as `sending`.
    var plain: TypeSyntax {
        TypeSyntax(self).as(AttributedTypeSyntax.self).map { $0.baseType.trimmed } ?? TypeSyntax(self).trimmed
    }

    /// The last of its names, without generic arguments; empty for types that have no name.
    var lastName: String {
        let type = TypeSyntax(self)
        return type.as(IdentifierTypeSyntax.self)?.name.text ?? type.as(MemberTypeSyntax.self)?.name.text ?? ""
    }

    /// What precedes the last of its names: a module or a type; empty without any.
    var qualifier: String {
        let type = TypeSyntax(self)
        if let name = type.as(IdentifierTypeSyntax.self) { return name.moduleSelector?.moduleName.text ?? "" }
        return type.as(MemberTypeSyntax.self)?.baseType.trimmedDescription ?? ""
    }

    /// Whether it is a sequence whose items are sent one by one, going by its name.
    var isStream: Bool {
        let type = TypeSyntax(self)
        if let opaque = type.as(SomeOrAnyTypeSyntax.self) { return opaque.constraint.isStream }
        if let parts = type.as(CompositionTypeSyntax.self) { return parts.elements.contains { $0.type.isStream } }
        return lastName.hasSuffix("Stream") || lastName == "AsyncSequence"
    }

    /// Whether it is no result at all.
    var isVoid: Bool { lastName == "Void" || TypeSyntax(self).as(TupleTypeSyntax.self)?.elements.isEmpty == true }

    /// What cannot travel about it, if anything.
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
        return Diagnostic(.anything, at: type, .use("Value", for: type))
    }
}

extension AttributedTypeSyntax {
    fileprivate func diagnosticOfParts(_ role: TypeRole) -> Diagnostic? {
        // The fix-it takes the attributes off too: a callback is no closure that could escape.
        baseType.is(FunctionTypeSyntax.self) ? .closure(TypeSyntax(self), role) : baseType.diagnostic(role)
    }
}

extension TupleTypeSyntax {
    fileprivate func diagnosticOfParts(_ role: TypeRole) -> Diagnostic? {
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
        Diagnostic(role == .taken ? .closureTaken : .closureGiven, at: type, .use("Callback", for: type))
    }
}
#endif
