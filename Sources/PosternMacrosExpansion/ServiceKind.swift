#if Macros
import SwiftDiagnostics
import SwiftSyntax

/// What `@Service` has to know about the type it is attached to.
struct ServiceKind {
    private let declaration: any DeclGroupSyntax

    init(_ declaration: some DeclGroupSyntax) { self.declaration = declaration }

    /// Whether its methods run on an actor, unless they say otherwise.
    var isIsolated: Bool { declaration.is(ActorDeclSyntax.self) || declaration.attributes.hasGlobalActor }

    /// The word for what does not wait for the actor.
    var isolation: String { isIsolated ? "nonisolated " : "" }

    /// The word for who may use what is written.
    var access: String {
        let words = declaration.modifiers.map(\.name.text)
        if words.contains("public") || words.contains("open") { return "public " }
        return words.contains("package") ? "package " : ""
    }

    /// What is wrong with the type.
    func diagnostics(at attribute: AttributeSyntax) -> [Diagnostic] {
        if declaration.is(ActorDeclSyntax.self) || declaration.is(StructDeclSyntax.self) { return [] }
        guard let type = declaration.as(ClassDeclSyntax.self) else {
            return [Diagnostic(.notAService(DeclSyntax(declaration).kindName), at: attribute)]
        }
        guard !type.isFinal, !type.isSharedAnyway else { return [] }
        return [Diagnostic(.notFinal, at: type.classKeyword, .makeFinal(type))]
    }

    /// The lines that say under which name it is exposed, and what it is for.
    func description(name: String?) -> [String] {
        guard let type = declaration.asProtocol((any NamedDeclSyntax).self) else { return [] }
        let name = name ?? NameRules.serviceName(of: type.name.text)
        let above = declaration.attributes.map(\.leadingTrivia) + declaration.modifiers.map(\.leadingTrivia)
        let comment = DocComment(above + [declaration.introducer.leadingTrivia])
        let free = declaration.attributes.hasGlobalActor ? isolation : ""
        let documentation = comment.summary.map { summary in
            lines("\(access)\(free)static var serviceDocumentation: Swift::String?", summary.literal)
        }
        let named = lines("\(access)\(free)static var serviceName: Swift::String", name.literal)
        return named + (documentation ?? []) + [""]
    }

    private func lines(_ head: String, _ value: String) -> [String] {
        let inOneLine = "    \(head) { \(value) }"
        return inOneLine.count > 120 ? ["    \(head) {", "        \(value)", "    }"] : [inOneLine]
    }
}

extension ClassDeclSyntax {
    fileprivate var isFinal: Bool { modifiers.contains { $0.name.tokenKind == .keyword(.final) } }

    /// Whether its objects may be shared although it is not final: an actor or a promise guards them.
    fileprivate var isSharedAnyway: Bool {
        let parents = inheritanceClause?.inheritedTypes.map(\.trimmedDescription) ?? []
        return attributes.hasGlobalActor || parents.contains { $0.hasPrefix("@unchecked") }
    }
}

#endif
