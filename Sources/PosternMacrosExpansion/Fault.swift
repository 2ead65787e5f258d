#if Macros
import SwiftDiagnostics
import SwiftSyntax

/// A reason for which a macro generates no code, or less than expected.
enum Fault: Hashable, Sendable {
    // The declaration with the attribute.
    case notAMethod(String), outsideService, inExtension, notAService(String), notFinal, nothingExposed
    case notAProtocol, notARemoteMethod(String), classBound
    // The kind of the method.
    case isStatic, isMutating, isGeneric, isNotAsyncThrows, wrongError(String), optionsOfRemote
    // The parameters and the result.
    case isInout, isVariadic, isIsolated, isNameless, isNamedTwice(String), tooMany(Int)
    case closureAsParameter, closureAsResult, tuple, existential(String), anyType
    case misplacedContext, contextInRemote, streamAsParameter, foreignStream
    // The names of methods.
    case notLiteral, emptyName, separatorInName(String), reservedStart(String), reservedName, tooLong(String)
    case duplicateName(String), duplicateRemoteName(String)

    /// Whether the fault is an error rather than a warning.
    private var isError: Bool { self != .nothingExposed }
}

extension Fault: DiagnosticMessage {
    var diagnosticID: MessageID {
        let name = String(describing: self).prefix { $0 != "(" }
        return MessageID(domain: "PosternMacros", id: String(name))
    }

    var severity: DiagnosticSeverity { isError ? .error : .warning }
}

extension Diagnostic {
    /// Creates a diagnostic for a fault at a node, with at most one fix-it.
    init(_ fault: Fault, at node: some SyntaxProtocol, notes: [Note] = [], _ fixIt: FixIt? = nil) {
        self.init(node: node, message: fault, notes: notes, fixIts: fixIt.map { [$0] } ?? [])
    }
}
#endif
