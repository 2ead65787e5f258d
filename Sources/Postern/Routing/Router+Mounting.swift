internal import Synchronization

// A router has at most one parent, so the routers form a tree.
extension Router {
    /// Mounts another router under a name of this one.
    ///
    /// Its methods and topics, including those registered later, are reachable under that name, except for its built-in
    /// `rpc` methods. A method registered in this router takes precedence over one of the same path in a mounted
    /// router.
    ///
    /// - Parameters:
    ///   - router: A router without a parent.
    ///   - name: The name, under the rules of ``service(_:documentation:)``.
    /// - Throws: ``MountingError`` if the router has a parent or contains this one, or if the name is taken.
    public func mount(_ router: Router, at name: String) throws(MountingError) {
        // Only for its preconditions.
        _ = MethodPath.join("", name)
        try Self.mounting.withLock { _ throws(MountingError) in
            // Checked and set under one lock, or two concurrent calls could both pass the check.
            guard router !== self, !ancestors.contains(where: { $0 === router }) else { throw .wouldContainItself }
            guard router.settle(under: self, name) else { throw .hasParent(router.path) }
        }
        let isFree = mounted.withLock { mounted in
            guard mounted[name] == nil else { return false }
            mounted[name] = router
            return true
        }
        guard !isFree else { return noteChange() }
        // The parent was set before the name was known to be free.
        router.leave()
        throw .nameTaken(name)
    }

    /// Removes a mounted router, which may be mounted again; running calls continue.
    ///
    /// - Parameter name: The name under which the router is mounted.
    /// - Returns: The router, or `nil` if no router is mounted under the name.
    @discardableResult
    public func unmount(_ name: String) -> Router? {
        let router = mounted.withLock { $0.removeValue(forKey: name) }
        router?.leave()
        if router != nil { noteChange() }
        return router
    }

    /// The router in which this one is mounted, or `nil`.
    public var parent: Router? { place.withLock { $0.parent } }

    /// The name under which the router is mounted, or an empty string.
    public var name: String { place.withLock { $0.name } }

    /// The path from the outermost router: names joined by `/`, or an empty string for the outermost.
    public var path: String {
        let names = ancestors.reversed().map(\.name) + [name]
        return names.filter { !$0.isEmpty }.joined(separator: "/")
    }

    /// Returns the method with a path in a mounted router.
    func findMounted(_ path: Span<UInt8>) -> RegisteredMethod? {
        guard path.count <= MethodPath.maximumBytes, let (router, rest) = step(into: path) else { return nil }
        return router.find(path.extracting(rest))
    }

    /// Returns the router mounted under the first name of a path, and the range of the rest of the path.
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

    /// Returns the topic with a path in a mounted router.
    func findMountedTopic(_ path: String) -> Topic? {
        guard let slash = path.firstIndex(of: "/") else { return nil }
        let router = mounted.withLock { $0[String(path[..<slash])] }
        return router?.findTopic(String(path[path.index(after: slash)...]))
    }

    /// Everything in the mounted routers, with paths relative to this router.
    var mountedContents: Contents {
        var all = Contents()
        for (name, router) in mounted.withLock({ $0 }) {
            let inner = router.contents
            all.services += inner.services.map { .init(path: "\(name)/\($0.path)", documentation: $0.documentation) }
            all.topics += inner.topics.map { ("\(name)/\($0.path)", $0.topic) }
            all.methods += inner.methods.filter { !MethodPath.isBuiltIn($0.path.utf8.span) }
                .map { ("\(name)/\($0.path)", $0.method) }
        }
        return all
    }

    /// A lock over all routers: two routers that mount each other at the same time would form a cycle.
    private static let mounting = Mutex(())

    /// The routers around this one, from the innermost to the outermost.
    private var ancestors: [Router] {
        // Finite, because `mount` never forms a cycle.
        var routers: [Router] = []
        var next = parent
        while let router = next {
            routers.append(router)
            next = router.parent
        }
        return routers
    }

    /// Sets the parent and the name; returns `false` if there is a parent.
    private func settle(under parent: Router, _ name: String) -> Bool {
        place.withLock { place in
            guard place.parent == nil else { return false }
            place = Place(parent: parent, name: name)
            return true
        }
    }

    /// Removes the parent and the name.
    private func leave() { place.withLock { $0 = Place() } }

    /// The parent of a router and its name there; weak, because the parent retains the router.
    struct Place {
        weak var parent: Router?
        var name = ""
    }
}

/// An error of mounting a router.
public enum MountingError: Error, Hashable, Sendable {
    /// The router is already mounted at a path.
    case hasParent(String)
    /// Another router is mounted under the name.
    case nameTaken(String)
    /// The router is this one or contains it.
    case wouldContainItself
}
