#if Macros
import PosternMacrosExpansion
import SwiftCompilerPlugin
import SwiftSyntaxMacros

/// The compiler plug-in that expands the macros of `PosternMacros`.
@main
struct Plugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [ServiceMacro.self, ExposeMacro.self, RemoteMacro.self]
}

/// The implementation of `@Service`, under the name in its `#externalMacro`.
enum ServiceMacro: ServiceExpansion {}

/// The implementation of `@Expose`, under the name in its `#externalMacro`.
enum ExposeMacro: ExposeExpansion {}

/// The implementation of `@Remote`, under the name in its `#externalMacro`.
enum RemoteMacro: RemoteExpansion {}
#else
/// An empty program: a macro target needs an entry point even without the trait `Macros`.
@main
enum Plugin {
    static func main() {}
}
#endif
