#if Macros
import SwiftDiagnostics
import SwiftParser
import SwiftSyntax

/// What stands in the parentheses of `@Service`, `@Expose` or `@Remote`.
struct MacroArguments {
    /// The name or the path; `nil` when there is none.
    private(set) var name: String?
    /// Whether the method answers with a stream; `nil` when its type is to tell.
    private(set) var isStream: Bool?
    /// What is handed on as it is, by its label.
    private(set) var options: [(label: String, value: ExprSyntax)] = []
    /// What is wrong with them.
    private(set) var diagnostics: [Diagnostic] = []

    /// Nothing in parentheses.
    static let none = MacroArguments()

    private init() {}

    /// Whether there is something besides the name.
    var saysMoreThanAName: Bool { isStream != nil || !options.isEmpty }

    /// Reads the arguments; a name has to be fit for its place.
    init(of attribute: AttributeSyntax, _ faultInName: (String) -> Fault?) {
        guard case .argumentList(let arguments) = attribute.arguments else { return }
        for argument in arguments {
            switch argument.label?.text {
            case nil: readName(argument.expression, faultInName)
            case "isStream"?: readKind(argument.expression)
            case let label?: options.append((label, argument.expression.trimmed))
            }
        }
    }

    private mutating func readName(_ value: ExprSyntax, _ faultInName: (String) -> Fault?) {
        guard !value.is(NilLiteralExprSyntax.self) else { return }
        guard let name = value.as(StringLiteralExprSyntax.self)?.representedLiteralValue else {
            return diagnostics.append(Diagnostic(.notLiteral, at: value))
        }
        if let fault = faultInName(name) { return diagnostics.append(Diagnostic(fault, at: value)) }
        self.name = name
    }

    private mutating func readKind(_ value: ExprSyntax) {
        switch value.as(BooleanLiteralExprSyntax.self)?.literal.tokenKind {
        case .keyword(.true): isStream = true
        case .keyword(.false): isStream = false
        default: diagnostics.append(Diagnostic(.notLiteral, at: value))
        }
    }
}

extension AttributeListSyntax {
    /// The attribute of a name, with or without the module before it.
    func first(named name: String) -> AttributeSyntax? {
        lazy.compactMap { $0.as(AttributeSyntax.self) }.first { $0.name == name }
    }

    /// Whether one names a global actor.
    var hasGlobalActor: Bool {
        contains { $0.as(AttributeSyntax.self)?.name.hasSuffix("Actor") ?? false }
    }
}

extension AttributeSyntax {
    /// The name, without the module before it.
    var name: String { attributeName.lastName }
}
#endif
