#if Macros
import SwiftDiagnostics
import SwiftSyntax

/// The properties of a type with `@Service` that its generated code depends on.
struct ServiceKind {
    private let declaration: any DeclGroupSyntax

    init(_ declaration: some DeclGroupSyntax) { self.declaration = declaration }

    /// Whether methods of the type are isolated to an actor by default.
    var isIsolated: Bool { declaration.is(ActorDeclSyntax.self) || declaration.attributes.hasGlobalActor }

    /// The modifier of generated members, which must not be isolated.
    var isolation: String { isIsolated ? "nonisolated " : "" }

    /// The access level of generated members, which must be that of the type for a conformance.
    var access: String {
        let words = declaration.modifiers.map(\.name.text)
        if words.contains("public") || words.contains("open") { return "public " }
        return words.contains("package") ? "package " : ""
    }

    /// Returns the diagnostics of the type.
    func diagnostics(at attribute: AttributeSyntax) -> [Diagnostic] {
        if declaration.is(ActorDeclSyntax.self) || declaration.is(StructDeclSyntax.self) { return [] }
        guard let type = declaration.as(ClassDeclSyntax.self) else {
            return [Diagnostic(.notAService(DeclSyntax(declaration).kindName), at: attribute)]
        }
        guard !type.isFinal, !type.isSharedAnyway else { return [] }
        return [Diagnostic(.notFinal, at: type.classKeyword, .makeFinal(type))]
    }

    /// Returns the lines that declare the name and the documentation of the service.
    func description(name: String?) -> [String] {
        guard let type = declaration.asProtocol((any NamedDeclSyntax).self) else { return [] }
        let name = name ?? NameRules.serviceName(of: type.name.text)
        let above = declaration.attributes.map(\.leadingTrivia) + declaration.modifiers.map(\.leadingTrivia)
        let comment = DocComment(above + [declaration.introducer.leadingTrivia])
        // Static members of an actor are not isolated to it, but those of a global actor's type are.
        let free = declaration.attributes.hasGlobalActor ? isolation : ""
        let documentation = comment.summary.map { summary in
            lines("\(access)\(free)static var serviceDocumentation: Swift::String?", summary.literal)
        }
        let named = lines("\(access)\(free)static var serviceName: Swift::String", name.literal)
        return named + (documentation ?? []) + [""]
    }

    /// Returns a computed property, in one line if it fits.
    private func lines(_ head: String, _ value: String) -> [String] {
        let inOneLine = "    \(head) { \(value) }"
        return inOneLine.count > 120 ? ["    \(head) {", "        \(value)", "    }"] : [inOneLine]
    }
}

extension ClassDeclSyntax {
    fileprivate var isFinal: Bool { modifiers.contains { $0.name.tokenKind == .keyword(.final) } }

    /// Whether instances may be shared although the class is not final, by a global actor or `@unchecked Sendable`.
    fileprivate var isSharedAnyway: Bool {
        let parents = inheritanceClause?.inheritedTypes.map(\.trimmedDescription) ?? []
        return attributes.hasGlobalActor || parents.contains { $0.hasPrefix("@unchecked") }
    }
}

#endif
