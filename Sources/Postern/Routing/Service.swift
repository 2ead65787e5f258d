/// A node in the tree of a router, in which methods and further services are registered.
///
/// A service is a router and a path: it stores nothing itself, and equal paths are the same service.
public struct Service: Sendable {
    /// The router of the service.
    public let router: Router
    /// The path: names joined by `/`, or an empty string for the root.
    public let path: String

    init(router: Router, path: String) {
        self.router = router
        self.path = path
    }

    /// The last name of the path, or an empty string for the root.
    public var name: String { String(path.split(separator: "/").last ?? "") }

    /// The service that contains this one, or `nil` for the root.
    public var parent: Service? {
        guard !path.isEmpty else { return nil }
        return Service(router: router, path: path.split(separator: "/").dropLast().joined(separator: "/"))
    }

    /// Returns the service with a name within this one, which need not exist yet.
    ///
    /// - Parameters:
    ///   - name: The name: not empty, without `/` and `.`, and not beginning with `_` or `$`.
    ///   - documentation: The purpose of the service, for people.
    /// - Returns: The service.
    public func service(_ name: String, documentation: String? = nil) -> Service {
        let inner = Service(router: router, path: MethodPath.join(path, name))
        router.describeService(inner.path, documentation)
        return inner
    }

    /// Unregisters a method; running calls continue.
    ///
    /// - Parameter name: The name of the method in this service.
    /// - Returns: Whether the method was registered.
    @discardableResult
    public func unregister(_ name: String) -> Bool {
        router.unregister(path.isEmpty ? name : "\(path)/\(name)")
    }

    /// Registers a handler; all overloads of `register` end here.
    @usableFromInline
    func add(
        _ name: String,
        _ body: RegisteredMethod.Body,
        _ parameters: [RegisteredMethod.Content.Argument],
        result: RegisteredMethod.Content.Kind,
        isStream: Bool = false,
        _ options: MethodOptions
    ) {
        let method = RegisteredMethod(
            body,
            path: MethodPath.join(path, name),
            RegisteredMethod.Content(parameters: parameters, result: result, isStream: isStream),
            options
        )
        router.add(method, replacing: options.replaces)
    }
}
