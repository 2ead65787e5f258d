#if Macros
import SwiftSyntax

/// The generated code of one method of a stub, formatted like handwritten code.
struct StubMethod {
    let function: FunctionDeclSyntax
    let arguments: MacroArguments
    let parameters: [MethodParameter]

    private static let margin = "    "
    private static let width = 120

    /// Creates the model of a method of a protocol, whose name `@Expose` may set.
    init(_ function: FunctionDeclSyntax) {
        self.function = function
        parameters = function.signature.parameterClause.parameters.map(MethodParameter.init)
        arguments =
            function.attributes.first(named: "Expose").map { MacroArguments(of: $0, NameRules.fault(in:)) } ?? .none
    }

    /// The name of the remote method.
    var name: String { arguments.name ?? function.plainName }

    /// Returns the code of the method with its doc comment, in the fewest lines that fit the width.
    func text(access: String) -> String {
        let above = (documentation + attributes).map { "\(Self.margin)\($0)\n" }.joined()
        let head = "\(Self.margin)\(access)func \(function.name.text)"
        let tail = "\(effects)\(result) {"
        let short = "\(head)(\(taken.joined(separator: ", ")))\(tail)"
        let inOneLine = "\(short) \(body) }"
        guard inOneLine.count > Self.width else { return above + inOneLine }
        let end = "\n\(Self.margin)    \(body)\n\(Self.margin)}"
        guard short.count > Self.width else { return above + short + end }
        let list = taken.map { "\(Self.margin)    \($0)" }.joined(separator: ",\n")
        return "\(above)\(head)(\n\(list)\n\(Self.margin))\(tail)\(end)"
    }

    private var documentation: [String] {
        function.triviaAbove.flatMap(\.pieces).flatMap { piece -> [String] in
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

    /// The result type; `nil` for `Void`.
    var returned: TypeSyntax? {
        function.signature.returnClause.map(\.type).flatMap { $0.isVoid ? nil : $0 }
    }

    private var result: String { function.signature.returnClause.map { " \($0.trimmedDescription)" } ?? "" }

    private var body: String {
        let name = name.literal
        // `call` and `stream` infer their type from the result of the method.
        let call = returned?.isStream ?? false ? "stream" : "call"
        return "try await self.remote.\(call)(\(([name] + parameters.map(\.variable)).joined(separator: ", ")))"
    }
}
#endif
