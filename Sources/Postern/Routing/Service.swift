/// A place in a router under which methods and further services are registered.
///
/// A handle: copying it copies nothing, and the router keeps what is registered.
public struct Service: Sendable {
    /// The router that it belongs to.
    public let router: Router
    /// Names joined by `/`; empty for the root.
    public let path: String

    init(router: Router, path: String) {
        self.router = router
        self.path = path
    }

    /// The last name of its path; empty for the root.
    public var name: String { String(path.split(separator: "/").last ?? "") }

    /// The service that holds it; `nil` for the root.
    public var parent: Service? {
        guard !path.isEmpty else { return nil }
        return Service(router: router, path: path.split(separator: "/").dropLast().joined(separator: "/"))
    }

    /// Names a service inside this one.
    ///
    /// - Parameters:
    ///   - name: Not empty, without `/` and `.`, not beginning with `_` or `$`.
    ///   - documentation: What the service is for, for people.
    /// - Returns: The service; the same for the same name.
    public func service(_ name: String, documentation: String? = nil) -> Service {
        let inner = Service(router: router, path: MethodPath.join(path, name))
        router.describeService(inner.path, documentation)
        return inner
    }

    /// Takes a method out; calls that run already go on.
    ///
    /// - Parameter name: The name under which it was registered here.
    /// - Returns: Whether it was there.
    @discardableResult
    public func unregister(_ name: String) -> Bool {
        router.unregister(path.isEmpty ? name : "\(path)/\(name)")
    }

    @usableFromInline
    func add(
        _ name: String,
        _ body: RegisteredMethod.Body,
        _ parameters: [ParameterDescription],
        result: String,
        isStream: Bool = false,
        _ options: MethodOptions
    ) {
        let description = MethodDescription(
            path: MethodPath.join(path, name),
            documentation: options.documentation,
            parameters: parameters,
            result: result,
            isStream: isStream,
            isSafe: options.isSafe
        )
        let method = RegisteredMethod(body, description: description, execution: options.execution)
        router.add(method, replacing: options.replaces)
    }
}
