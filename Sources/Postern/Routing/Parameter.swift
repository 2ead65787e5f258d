/// A parameter of a method: its name, its documentation and its default value.
///
/// A string literal creates a parameter without a default value. The default value of an optional type is `nil`.
public struct Parameter<Argument: Decodable & Sendable>: ExpressibleByStringLiteral, Sendable {
    /// The name, which named arguments use.
    package let name: String
    /// The purpose of the parameter, for people.
    package let documentation: String?
    /// The value for calls without an argument, or `nil` if an argument is required.
    package let defaultValue: Argument?

    /// Creates a parameter.
    ///
    /// - Parameters:
    ///   - name: The name, which is not empty and unique in the method.
    ///   - documentation: The purpose of the parameter, as one sentence for people.
    ///   - defaultValue: The value for calls without an argument, or with null where the type cannot represent it.
    public init(_ name: String, _ documentation: String? = nil, default defaultValue: Argument? = nil) {
        precondition(!name.isEmpty, "A parameter needs a name")
        self.documentation = documentation
        self.name = name
        self.defaultValue = defaultValue ?? Self.absentOptional
    }

    /// Creates a parameter from its name; an argument is required unless the type is optional.
    public init(stringLiteral name: String) { self.init(name) }

    /// The `nil` of an optional type; `nil` for other types.
    private static var absentOptional: Argument? {
        // By a cast, because nothing is known about `Argument` here.
        (Argument.self as? any ExpressibleByNilLiteral.Type).flatMap { $0.init(nilLiteral: ()) as? Argument }
    }

    /// Returns the decoder of the parameter's arguments.
    @usableFromInline
    func source(in signature: Signature) -> ArgumentSource<Argument> { ArgumentSource(self, in: signature) }

    @usableFromInline var description: RegisteredMethod.Content.Argument {
        let defaultValue = defaultValue
        return RegisteredMethod.Content.Argument(
            name: name,
            type: .value(Argument.self),
            isRequired: defaultValue == nil,
            documentation: documentation
        ) { defaultValue }
    }
}
