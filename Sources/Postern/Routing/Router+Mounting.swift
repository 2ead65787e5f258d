internal import Synchronization

/// Routers within routers: each has one parent at most, and knows where it stands.
extension Router {
    /// Puts another router under a name of this one; what it has, now and later, is reachable there.
    ///
    /// Its own `rpc` methods are not. Methods registered here directly go before those of a router mounted at the same
    /// place.
    ///
    /// - Parameters:
    ///   - router: A router without a parent.
    ///   - name: Under the rules for the names of services.
    /// - Throws: ``MountingError``.
    public func mount(_ router: Router, at name: String) throws(MountingError) {
        _ = MethodPath.join("", name)
        try Self.mounting.withLock { _ throws(MountingError) in
            guard router !== self, !ancestors.contains(where: { $0 === router }) else { throw .wouldContainItself }
            guard router.settle(under: self, name) else { throw .hasParent(router.path) }
        }
        let isFree = mounted.withLock { mounted in
            guard mounted[name] == nil else { return false }
            mounted[name] = router
            return true
        }
        guard !isFree else { return noteChange() }
        router.leave()
        throw .nameTaken(name)
    }

    /// Takes a mounted router out; calls that run already go on, and it may be mounted again.
    ///
    /// - Returns: The router; `nil` when there was none.
    @discardableResult
    public func unmount(_ name: String) -> Router? {
        let router = mounted.withLock { $0.removeValue(forKey: name) }
        router?.leave()
        if router != nil { noteChange() }
        return router
    }

    /// The router that this one is mounted in.
    public var parent: Router? { place.withLock { $0.parent } }

    /// The name under which it is mounted; empty without a parent.
    public var name: String { place.withLock { $0.name } }

    /// The names from the outermost router to this one, joined by `/`; empty for the outermost.
    public var path: String {
        let names = ancestors.reversed().map(\.name) + [name]
        return names.filter { !$0.isEmpty }.joined(separator: "/")
    }

    /// Finds a method of a mounted router.
    func findMounted(_ path: Span<UInt8>) -> RegisteredMethod? {
        guard path.count <= MethodPath.maximumBytes, let (router, rest) = step(into: path) else { return nil }
        return router.find(path.extracting(rest))
    }

    /// The router that the first name of a path leads to, and what is left of the path.
    private func step(into path: Span<UInt8>) -> (Router, Range<Int>)? {
        guard let end = path.indices.first(where: { path[$0] == UInt8(ascii: "/") || path[$0] == UInt8(ascii: ".") })
        else { return nil }
        let name = String(copying: path.extracting(0..<end))
        let rest = end + 1..<path.count
        guard let router = mounted.withLock({ $0[name] }), !MethodPath.isBuiltIn(path.extracting(rest)) else {
            return nil
        }
        return (router, rest)
    }

    /// Finds a topic of a mounted router, by names joined by `/`.
    func findMountedTopic(_ path: String) -> Topic? {
        guard let slash = path.firstIndex(of: "/") else { return nil }
        let router = mounted.withLock { $0[String(path[..<slash])] }
        return router?.findTopic(String(path[path.index(after: slash)...]))
    }

    /// What mounted routers offer, under the paths that it has here.
    var mountedDescription: RouterDescription {
        var all = RouterDescription(methods: [])
        for (name, router) in mounted.withLock({ $0 }) {
            let inner = router.description
            all.services += inner.services.map { .init(path: "\(name)/\($0.path)", documentation: $0.documentation) }
            all.topics += inner.topics.map { .init(path: "\(name)/\($0.path)", documentation: $0.documentation) }
            for var method in inner.methods where !MethodPath.isBuiltIn(method.path.utf8.span) {
                method.path = "\(name)/\(method.path)"
                all.methods.append(method)
            }
        }
        return all
    }

    /// One router settles at a time: two that mount each other would never find an outermost one.
    private static let mounting = Mutex(())

    private var ancestors: [Router] {
        var routers: [Router] = []
        var next = parent
        while let router = next {
            routers.append(router)
            next = router.parent
        }
        return routers
    }

    private func settle(under parent: Router, _ name: String) -> Bool {
        place.withLock { place in
            guard place.parent == nil else { return false }
            place = Place(parent: parent, name: name)
            return true
        }
    }

    private func leave() { place.withLock { $0 = Place() } }

    /// Where a router is mounted.
    struct Place {
        weak var parent: Router?
        var name = ""
    }
}

/// Why a router cannot be mounted.
public enum MountingError: Error, Hashable, Sendable {
    /// It is mounted already, at this path.
    case hasParent(String)
    /// Another router is mounted under this name.
    case nameTaken(String)
    /// It is the router itself, or holds it.
    case wouldContainItself
}
