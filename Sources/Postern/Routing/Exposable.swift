/// An object that says itself which of its methods callers reach, and under which names.
public protocol Exposable: Sendable {
    /// Registers its methods.
    func register(in service: Service)
}

extension Service {
    /// Exposes an object as a service inside this one.
    ///
    /// - Parameters:
    ///   - object: Kept as long as its methods are registered.
    ///   - name: The name of its service; under the rules for names.
    ///   - documentation: What it is for, for people.
    /// - Returns: The object's service, which tells its path.
    @discardableResult
    public func expose(_ object: some Exposable, as name: String, documentation: String? = nil) -> Service {
        let service = service(name, documentation: documentation)
        object.register(in: service)
        return service
    }
}
