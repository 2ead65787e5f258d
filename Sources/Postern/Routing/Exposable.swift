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

/// An object that also says under which name it is exposed, and what it is for.
public protocol NamedExposable: Exposable {
    /// The name of its service, unless another is given; under the rules for names.
    static var serviceName: String { get }
    /// What it is for, for people; `nil` unless it says something.
    static var serviceDocumentation: String? { get }
}

extension NamedExposable {
    /// Nothing.
    public static var serviceDocumentation: String? { nil }
}

extension Service {
    /// Exposes an object as a service inside this one, under its own name.
    ///
    /// - Parameters:
    ///   - object: Kept as long as its methods are registered.
    ///   - name: The name of its service; under the rules for names.
    ///   - documentation: What it is for, for people.
    /// - Returns: The object's service, which tells its path.
    @discardableResult
    public func expose<Object: NamedExposable>(
        _ object: Object,
        as name: String = Object.serviceName,
        documentation: String? = Object.serviceDocumentation
    ) -> Service {
        let service = service(name, documentation: documentation)
        object.register(in: service)
        return service
    }
}
