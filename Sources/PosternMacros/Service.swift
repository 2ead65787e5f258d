#if Macros
public import Postern

/// Writes the registrations of an actor, a final class or a struct: makes it a `NamedExposable`.
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
/// It writes what one would write by hand: a `register` for each method that is marked with `@Expose` between the
/// braces of the type. The first paragraph of a doc comment becomes the description, and so does what it says about
/// parameters. A parameter is given by its label, or by its name where the label is `_`; with a default value, which is
/// computed once, it need not be given. A first parameter of the type `CallContext` is given by Postern. Methods on an
/// actor are waited for; a global actor is known by its name, which has to end in `Actor`.
///
/// - Parameter name: The name of the service; that of the type by default, `httpCache` for `HTTPCache`.
@attached(
    extension,
    conformances: NamedExposable,
    names: named(serviceName),
    named(serviceDocumentation),
    named(register(in:))
)
public macro Service(_ name: String? = nil) = #externalMacro(module: "PosternMacrosPlugin", type: "ServiceMacro")

/// The protocol to which `@Service` makes a type conform, by a name of its own.
///
/// Swift 6.3 looks for the protocols of an extension by their names without their module, so that in a program with a
/// type called `NamedExposable` it finds that type and ignores the conformance.
public typealias ServiceConformance = NamedExposable

/// Marks a method that callers reach, in a type with `@Service`; in a protocol with `@Remote`, names it.
///
/// - Parameters:
///   - name: Its name for callers; that of the method by default.
///   - isSafe: Whether it changes nothing, so that a plain GET may reach it.
///   - execution: Where it runs.
///   - replaces: Whether it takes the place of a method registered under the same name.
///   - isStream: Whether it answers with a sequence of values; by default when the name of its result's type ends in
///     `Stream`, or is `AsyncSequence`.
@attached(peer)
public macro Expose(
    _ name: String? = nil,
    isSafe: Bool = false,
    execution: MethodOptions.Execution = .concurrent,
    replaces: Bool = false,
    isStream: Bool? = nil
) = #externalMacro(module: "PosternMacrosPlugin", type: "ExposeMacro")
#endif
