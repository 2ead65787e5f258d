#if Macros
import SwiftDiagnostics
import SwiftSyntax

/// The registrations of a type's methods with `@Expose`, within the `#if` conditions around the methods.
struct ServiceMembers {
    /// The generated lines; empty without registrations.
    private(set) var text: [String] = []
    /// Whether any member is marked, also one that cannot be exposed.
    private(set) var isMarked = false
    /// The diagnostics of methods with the name of another one.
    private(set) var diagnostics: [Diagnostic] = []
    private var names: [String: ExposedMethod] = [:]
    private let isIsolated: Bool

    /// Creates the registrations for the members of a type.
    init(_ members: MemberBlockItemListSyntax, isIsolated: Bool) {
        self.init(members, isIsolated: isIsolated, knowing: [:])
    }

    private init(_ members: MemberBlockItemListSyntax, isIsolated: Bool, knowing names: [String: ExposedMethod]) {
        self.isIsolated = isIsolated
        self.names = names
        for member in members {
            isMarked = isMarked || member.decl.isExposed
            if let function = member.decl.as(FunctionDeclSyntax.self) { add(function) }
            if let condition = member.decl.as(IfConfigDeclSyntax.self) { add(condition) }
        }
    }

    private mutating func add(_ function: FunctionDeclSyntax) {
        // `@Expose` itself diagnoses a method that is not fit.
        guard let method = ExposedMethod(function) else { return }
        guard method.isFit else { return }
        if let other = names[method.name] {
            let note = Note(node: Syntax(other.function.name), message: Remark(message: "It is this one"))
            return diagnostics.append(Diagnostic(.duplicateName(method.name), at: method.attribute, notes: [note]))
        }
        names[method.name] = method
        text.append(Registration(method: method, isIsolated: isIsolated).text)
    }

    /// Adds the members of the branches of an `#if`.
    ///
    /// Only one branch is compiled, so that branches may repeat each other's names, but not those outside.
    private mutating func add(_ condition: IfConfigDeclSyntax) {
        var lines: [String] = []
        let known = names
        var hasMethods = false
        for clause in condition.clauses {
            guard case .decls(let members) = clause.elements else { continue }
            let inner = ServiceMembers(members, isIsolated: isIsolated, knowing: known)
            let test = clause.condition.map { " \($0.trimmed)" } ?? ""
            lines += ["        \(clause.poundKeyword.text)\(test)"] + inner.text
            hasMethods = hasMethods || !inner.text.isEmpty
            isMarked = isMarked || inner.isMarked
            diagnostics += inner.diagnostics
            // A method after the `#if` must not have the name of any branch.
            names.merge(inner.names) { first, _ in first }
        }
        if hasMethods { text += lines + ["        #endif"] }
    }
}

extension DeclSyntax {
    fileprivate var isExposed: Bool {
        asProtocol((any WithAttributesSyntax).self)?.attributes.first(named: "Expose") != nil
    }
}
#endif
