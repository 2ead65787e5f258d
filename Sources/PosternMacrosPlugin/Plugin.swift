#if Macros
import PosternMacrosExpansion
import SwiftCompilerPlugin
import SwiftSyntaxMacros

/// What the compiler starts to have the macros of `PosternMacros` expanded.
@main
struct Plugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [ServiceMacro.self, ExposeMacro.self, RemoteMacro.self]
}

/// `@Service`, under the name by which the compiler asks for it.
enum ServiceMacro: ServiceExpansion {}

/// `@Expose`, under the name by which the compiler asks for it.
enum ExposeMacro: ExposeExpansion {}

/// `@Remote`, under the name by which the compiler asks for it.
enum RemoteMacro: RemoteExpansion {}
#else
/// Stands here when nobody asked for the macros.
@main
enum Plugin {
    static func main() {}
}
#endif
