#if Macros
import SwiftDiagnostics
import SwiftSyntax

/// Why a macro does not write what it was asked for.
enum Fault: Hashable, Sendable {
    // Where it stands.
    case notAMethod(String), outsideService, inExtension, notAService(String), notFinal, nothingExposed
    case notAProtocol, notARemoteMethod(String), classBound
    // The method.
    case isStatic, isMutating, isGeneric, isNotAsyncThrows, wrongError(String), optionsOfRemote
    // What it takes and gives.
    case isInout, isVariadic, isIsolated, isNameless, isNamedTwice(String), tooMany(Int)
    case closureTaken, closureGiven, tuple, existential(String), anything
    case misplacedContext, contextInRemote, streamTaken, foreignStream
    // Its name.
    case notLiteral, emptyName, separatorInName(String), reservedStart(String), reservedName, tooLong(String)
    case takenName(String), calledName(String)

    /// Whether the program is wrong, not only odd.
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
    /// Points at what is wrong.
    init(_ fault: Fault, at node: some SyntaxProtocol, notes: [Note] = [], _ fixIt: FixIt? = nil) {
        self.init(node: node, message: fault, notes: notes, fixIts: fixIt.map { [$0] } ?? [])
    }
}
#endif
