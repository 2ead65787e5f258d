#if Macros
import SwiftDiagnostics
import SwiftParser
import SwiftSyntax

/// The arguments of `@Service`, `@Expose` or `@Remote`.
struct MacroArguments {
    /// The name or the path; `nil` without one.
    private(set) var name: String?
    /// Whether the result is a stream; `nil` if its type decides.
    private(set) var isStream: Bool?
    /// The other arguments with their labels, which are copied into the generated code.
    private(set) var options: [(label: String, value: ExprSyntax)] = []
    /// The diagnostics of the arguments.
    private(set) var diagnostics: [Diagnostic] = []

    /// No arguments.
    static let none = MacroArguments()

    private init() {}

    /// Whether there are arguments besides the name.
    var saysMoreThanAName: Bool { isStream != nil || !options.isEmpty }

    /// Parses the arguments of an attribute; `faultInName` returns the fault of a name that is not valid in its place.
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

    /// Parses the name, which must be a literal: a macro sees the source, not values.
    private mutating func readName(_ value: ExprSyntax, _ faultInName: (String) -> Fault?) {
        // `@Expose(nil)` is the same as `@Expose`, since `nil` is the default.
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
    /// Returns the first attribute with a name, with or without a module before it.
    func first(named name: String) -> AttributeSyntax? {
        lazy.compactMap { $0.as(AttributeSyntax.self) }.first { $0.name == name }
    }

    /// Whether an attribute is a global actor, recognised by a name that ends in `Actor`.
    var hasGlobalActor: Bool {
        contains { $0.as(AttributeSyntax.self)?.name.hasSuffix("Actor") ?? false }
    }
}

extension AttributeSyntax {
    /// The name without a module.
    var name: String { attributeName.lastName }
}
#endif
