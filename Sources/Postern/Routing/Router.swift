import Synchronization

/// The tree of services that a process offers; answers calls by their paths.
///
/// Methods may be registered and taken out at any time, also while calls are served, and are there or gone for all
/// connections at once. Registering a path twice is a mistake in the program and stops it, unless the second
/// registration says that it replaces the first.
public final class Router: Sendable {
    let methods = Mutex(MethodTable())
    let serviceDocumentation = Mutex<[String: String]>([:])
    let topics = Mutex<[String: Topic]>([:])
    let mounted = Mutex<[String: Router]>([:])
    let place = Mutex(Place())
    let deadlines = DeadlineQueue()
    let revision = Atomic<UInt64>(0)
    let descriptions = Mutex<[ObjectIdentifier: WrittenDescription]>([:])

    /// Makes a router that offers only `rpc/describe` and `rpc/subscribe`.
    public init() { addBuiltInMethods() }

    /// Makes a router, with or without what routers offer by themselves.
    init(builtIn: Bool) { if builtIn { addBuiltInMethods() } }

    /// The place above all services, for methods whose path is one name.
    public var root: Service { Service(router: self, path: "") }

    /// Names a service at the top.
    ///
    /// - Parameters:
    ///   - name: Not empty, without `/` and `.`, not beginning with `_` or `$`, not `rpc`.
    ///   - documentation: What the service is for, for people.
    /// - Returns: The service; the same for the same name.
    public func service(_ name: String, documentation: String? = nil) -> Service {
        root.service(name, documentation: documentation)
    }

    /// Takes a method out; calls that run already go on.
    ///
    /// - Parameter path: Names joined by `/`.
    /// - Returns: Whether it was there.
    @discardableResult
    public func unregister(_ path: String) -> Bool {
        let isRemoved = methods.withLock { $0.removeAll { $0.path == path } } > 0
        if isRemoved { noteChange() }
        return isRemoved
    }

    func find(_ path: Span<UInt8>) -> RegisteredMethod? { methods.withLock { $0.find(path) } ?? findMounted(path) }

    func add(_ method: RegisteredMethod, replacing: Bool = false) {
        let isNew = methods.withLock { table in
            let path = method.pathBytes
            if replacing { _ = table.removeAll { $0.pathBytes == path } }
            guard table.find(path.span) == nil else { return false }
            table.insert(method)
            return true
        }
        precondition(isNew, "A method is registered already at \"\(method.path)\"")
        noteChange()
    }
}
