#if Macros
public import Postern

/// Generates the registrations of an actor, a final class or a struct, and its conformance to `NamedExposable`.
///
/// ```swift
/// /// Arithmetic on numbers.
/// @Service
/// struct Calculator {
///     /// Divides a number.
///     ///
///     /// - Parameter divisor: Not zero.
///     @Expose(isSafe: true)
///     func divide(_ dividend: Double, by divisor: Double = 1) -> Double { dividend / divisor }
/// }
///
/// router.root.expose(Calculator())     // calculator/divide, with the parameters dividend and by
/// ```
///
/// The macro registers each method of the type that is marked with `@Expose`; it does not see extensions. The first
/// paragraph of a doc comment becomes the description of its method, and the entries for parameters become theirs.
///
/// Callers name a parameter by its label, or by its internal name if the label is `_`. A parameter with a default value
/// is optional; the default is computed once. Postern supplies a first parameter of the type `CallContext`. Methods
/// that are isolated to an actor are awaited; a global actor is recognised by a name that ends in `Actor`.
///
/// - Parameter name: The name of the service; by default the name of the type with its first word in lower case, such
///   as `httpCache` for `HTTPCache`.
@attached(
    extension,
    conformances: NamedExposable,
    names: named(serviceName),
    named(serviceDocumentation),
    named(register(in:))
)
public macro Service(_ name: String? = nil) = #externalMacro(module: "PosternMacrosPlugin", type: "ServiceMacro")

/// The protocol that `@Service` adds to a type, under a name that programs are unlikely to use.
///
/// Swift 6.3 looks up the protocols of a generated extension by name without the module. In a program with a type of
/// its own called `NamedExposable`, it would find that type and ignore the conformance.
public typealias ServiceConformance = NamedExposable

/// Marks a method as callable in a type with `@Service`, or sets its name in a protocol with `@Remote`.
///
/// - Parameters:
///   - name: The name for callers; by default the name of the method.
///   - isSafe: Whether the method has no side effects, so that HTTP GET may call it.
///   - execution: Where the method runs.
///   - replaces: Whether the method replaces one that is registered under the same name.
///   - isStream: Whether the result is a sequence of values; by default, whether the name of the result's type ends in
///     `Stream` or is `AsyncSequence`.
@attached(peer)
public macro Expose(
    _ name: String? = nil,
    isSafe: Bool = false,
    execution: MethodOptions.Execution = .concurrent,
    replaces: Bool = false,
    isStream: Bool? = nil
) = #externalMacro(module: "PosternMacrosPlugin", type: "ExposeMacro")
#endif
