#if Macros
import SwiftSyntax

extension DeclSyntaxProtocol {
    /// The kind of the declaration for diagnostics, with an article.
    var kindName: String {
        switch kind {
        case .enumDecl: "an enum"
        case .protocolDecl: "a protocol"
        case .extensionDecl: "an extension"
        case .structDecl: "a struct"
        case .classDecl: "a class"
        case .actorDecl: "an actor"
        case .variableDecl: "a property"
        case .initializerDecl: "an initializer"
        case .deinitializerDecl: "a deinitializer"
        case .subscriptDecl: "a subscript"
        case .associatedTypeDecl: "an associated type"
        case .typeAliasDecl: "a type alias"
        case .ifConfigDecl: "#if"
        default: "this"
        }
    }
}
#endif
