#if Macros
/// Generates a stub for a protocol: for `Calculator`, a struct `RemoteCalculator` whose methods call another process.
///
/// ```swift
/// @Remote
/// protocol Calculator {
///     func divide(_ dividend: Double, by divisor: Double) async throws -> Double
/// }
///
/// let calculator = RemoteCalculator(peer)
/// try await calculator.divide(6, by: 3)     // calls calculator/divide
/// ```
///
/// A stub is created from a `Callee`, such as a `Peer`, and a path, or from a `Reference`. Every method of the protocol
/// must be `async throws`; a stub throws `CallError`. Arguments are sent by position. A method whose result is a stream
/// returns a `ValueStream`. `@Expose` on a method sets the name that it calls.
///
/// - Parameter path: The path of the service, with slashes; by default the name of the protocol with its first word in
///   lower case, such as `httpCache` for `HTTPCache`.
@attached(peer, names: prefixed(Remote))
public macro Remote(_ path: String? = nil) = #externalMacro(module: "PosternMacrosPlugin", type: "RemoteMacro")
#endif
