/// One parameter of a method: its name, and what it is when it is not given.
///
/// A string literal is a parameter without a default; one of an optional type is nil when it is not given.
public struct Parameter<Argument: Decodable & Sendable>: ExpressibleByStringLiteral, Sendable {
    /// The name by which callers give it.
    package let name: String
    /// What it is for.
    package let documentation: String?
    /// What it is when it is not given; `nil` when it must be given.
    package let defaultValue: Argument?

    /// Names a parameter.
    ///
    /// - Parameters:
    ///   - name: Not empty, and unlike the others of the method.
    ///   - documentation: One sentence for people.
    ///   - defaultValue: What it is when it is not given.
    public init(_ name: String, _ documentation: String? = nil, default defaultValue: Argument? = nil) {
        precondition(!name.isEmpty, "A parameter needs a name")
        self.documentation = documentation
        self.name = name
        self.defaultValue = defaultValue ?? Self.absentOptional
    }

    /// Names a parameter that must be given, unless it is of an optional type.
    public init(stringLiteral name: String) { self.init(name) }

    private static var absentOptional: Argument? {
        (Argument.self as? any ExpressibleByNilLiteral.Type).flatMap { $0.init(nilLiteral: ()) as? Argument }
    }

    /// What reads its argument in the calls of a method.
    @usableFromInline
    func source(in signature: Signature) -> ArgumentSource<Argument> { ArgumentSource(self, in: signature) }

    @usableFromInline var description: ParameterDescription {
        ParameterDescription(
            name: name,
            type: typeWord(of: Argument.self),
            isRequired: defaultValue == nil,
            documentation: documentation
        )
    }
}
