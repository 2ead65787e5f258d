/// What a peer serves that only calls: every method is answered "not found" at once.
public struct NothingExposed: Dispatcher {
    /// Makes a dispatcher without methods.
    public init() {}

    /// Fails.
    ///
    /// - Throws: `CallError` with `.methodNotFound`.
    public func dispatch(_ call: Call) async throws(CallError) -> Reply { throw Self.notFound }

    /// At once.
    public func execution(of path: Span<UInt8>) -> MethodExecution { .immediate(Self.method) }

    private static let notFound = CallError(.methodNotFound, "This side exposes no methods")
    private static let method = ImmediateMethod(isSafe: true) { (_, _, _) throws(CallError) in throw notFound }
}
