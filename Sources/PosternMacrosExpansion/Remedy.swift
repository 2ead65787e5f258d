#if Macros
import SwiftDiagnostics
import SwiftSyntax

/// The message of a fix-it.
struct Remedy: FixItMessage {
    let message: String

    var fixItID: MessageID { MessageID(domain: "PosternMacros", id: message) }
}

/// The message of a note.
struct Remark: NoteMessage {
    let message: String

    var noteID: MessageID { MessageID(domain: "PosternMacros", id: message) }
}

extension FixIt {
    /// Returns the fix-it that replaces a type by another one.
    static func use(_ new: TypeSyntax, for old: some TypeSyntaxProtocol) -> FixIt {
        let node = new.with(\.leadingTrivia, old.leadingTrivia).with(\.trailingTrivia, old.trailingTrivia)
        return .replace(message: Remedy(message: "Use '\(new.trimmed)'"), oldNode: old, newNode: node)
    }

    /// Returns the fix-it that removes a modifier from a method.
    static func remove(_ modifier: DeclModifierSyntax, from function: FunctionDeclSyntax) -> FixIt {
        var kept = function.modifiers.filter { $0.id != modifier.id }
        var fixed = function
        if kept.isEmpty {
            // The comments and the indentation before the first modifier move to the token that replaces it.
            fixed.funcKeyword.leadingTrivia = modifier.leadingTrivia
        } else if function.modifiers.first?.id == modifier.id, let first = kept.indices.first {
            kept[first].leadingTrivia = modifier.leadingTrivia
        }
        fixed.modifiers = kept
        return .replace(
            message: Remedy(message: "Remove '\(modifier.name.text)'"),
            oldNode: function,
            newNode: fixed
        )
    }

    /// Returns the fix-it that makes a class final.
    static func makeFinal(_ type: ClassDeclSyntax) -> FixIt {
        var fixed = type
        var final = DeclModifierSyntax(name: .keyword(.final), trailingTrivia: .space)
        if type.modifiers.isEmpty {
            final.leadingTrivia = type.classKeyword.leadingTrivia
            fixed.classKeyword.leadingTrivia = []
        }
        fixed.modifiers.append(final)
        return .replace(message: Remedy(message: "Add 'final'"), oldNode: type, newNode: fixed)
    }

    /// Returns the fix-it that makes a method `async throws`.
    static func makeAsyncThrows(_ function: FunctionDeclSyntax) -> FixIt {
        var effects = function.signature.effectSpecifiers ?? FunctionEffectSpecifiersSyntax()
        effects.asyncSpecifier = .keyword(.async, trailingTrivia: .space)
        if effects.throwsClause == nil {
            effects.throwsClause = ThrowsClauseSyntax(throwsSpecifier: .keyword(.throws))
        }
        effects.throwsClause?.leadingTrivia = []
        effects.leadingTrivia = .space
        var fixed = function.signature
        let end = fixed.parameterClause.trailingTrivia
        fixed.parameterClause.trailingTrivia = []
        effects.trailingTrivia = fixed.returnClause == nil ? end : .space
        fixed.effectSpecifiers = effects
        return .replace(
            message: Remedy(message: "Add 'async throws'"),
            oldNode: function.signature,
            newNode: fixed
        )
    }
}
#endif
