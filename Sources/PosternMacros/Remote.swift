#if Macros
/// Writes the stub of a protocol: for `Calculator` a struct `RemoteCalculator` whose methods call another process.
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
/// The stub is made of a `Callee`, such as a `Peer`, and a path, or of a `Reference`. Every method is async and throws,
/// what a call throws: `CallError`; its arguments are sent by their positions. A method that answers with a stream
/// returns a `ValueStream`. `@Expose` gives a method another name.
///
/// - Parameter path: Names joined by `/`; the name of the protocol by default, `httpCache` for `HTTPCache`.
@attached(peer, names: prefixed(Remote))
public macro Remote(_ path: String? = nil) = #externalMacro(module: "PosternMacrosPlugin", type: "RemoteMacro")
#endif
