/// A type that registers its own methods in a service.
public protocol Exposable: Sendable {
    /// Registers the methods of the object.
    ///
    /// - Parameter service: The service that `Service.expose` has created for the object.
    func register(in service: Service)
}

extension Service {
    /// Exposes an object as a service within this one.
    ///
    /// - Parameters:
    ///   - object: The object, which is retained as long as its methods are registered.
    ///   - name: The name of the service, under the rules of ``service(_:documentation:)``.
    ///   - documentation: The purpose of the service, for people.
    /// - Returns: The service of the object.
    @discardableResult
    public func expose(_ object: some Exposable, as name: String, documentation: String? = nil) -> Service {
        let service = service(name, documentation: documentation)
        object.register(in: service)
        return service
    }
}

/// A type that also supplies the name and the documentation of its service.
public protocol NamedExposable: Exposable {
    /// The default name of the service, under the rules of ``Service/service(_:documentation:)``.
    static var serviceName: String { get }
    /// The purpose of the service, for people; `nil` by default.
    static var serviceDocumentation: String? { get }
}

extension NamedExposable {
    /// No documentation.
    public static var serviceDocumentation: String? { nil }
}

extension Service {
    /// Exposes an object as a service within this one, by default under the name that its type supplies.
    ///
    /// - Parameters:
    ///   - object: The object, which is retained as long as its methods are registered.
    ///   - name: The name of the service, under the rules of ``service(_:documentation:)``.
    ///   - documentation: The purpose of the service, for people.
    /// - Returns: The service of the object.
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
