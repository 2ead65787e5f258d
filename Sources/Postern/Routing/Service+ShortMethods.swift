/// The registrations that the time of a call depends on most.
///
/// They do what the one for any number of parameters does. It walks a parameter pack, which the compiler does not take
/// apart: a call of two numbers costs it some 60 ns more.
extension Service {
    /// Exposes a function of one parameter that answers without waiting.
    @inlinable
    public func register<First: Decodable & Sendable, Result: Encodable & Sendable>(
        _ name: String,
        _ first: Parameter<First>,
        options: MethodOptions = .init(),
        handler: @escaping @Sendable (First) throws -> Result
    ) {
        let signature = Signature(path, name, [first.description])
        let result = ResultEncoder<Result>()
        let firstSource = first.source(in: signature)
        let body: RegisteredMethod.ShortBody = { (arguments, codec, output) throws(CallError) in
            let ranges = try signature.locate(arguments, codec)
            let first = try firstSource.readInPlace(ranges[0], of: arguments, as: codec)
            let value: Result
            do { value = try handler(first) } catch { throw CallError(thrownByHandler: error) }
            try result.append(value, as: codec, to: &output)
        }
        add(name, .short(body), signature.descriptions, result: typeWord(of: Result.self), options)
    }

    /// Exposes a function of two parameters that answers without waiting.
    @inlinable
    public func register<First: Decodable & Sendable, Second: Decodable & Sendable, Result: Encodable & Sendable>(
        _ name: String,
        _ first: Parameter<First>,
        _ second: Parameter<Second>,
        options: MethodOptions = .init(),
        handler: @escaping @Sendable (First, Second) throws -> Result
    ) {
        let signature = Signature(path, name, [first.description, second.description])
        let result = ResultEncoder<Result>()
        let (firstSource, secondSource) = (first.source(in: signature), second.source(in: signature))
        let body: RegisteredMethod.ShortBody = { (arguments, codec, output) throws(CallError) in
            let ranges = try signature.locate(arguments, codec)
            let first = try firstSource.readInPlace(ranges[0], of: arguments, as: codec)
            let second = try secondSource.readInPlace(ranges[1], of: arguments, as: codec)
            let value: Result
            do { value = try handler(first, second) } catch { throw CallError(thrownByHandler: error) }
            try result.append(value, as: codec, to: &output)
        }
        add(name, .short(body), signature.descriptions, result: typeWord(of: Result.self), options)
    }

    /// Exposes a function of three parameters that answers without waiting.
    @inlinable
    public func register<
        First: Decodable & Sendable,
        Second: Decodable & Sendable,
        Third: Decodable & Sendable,
        Result: Encodable & Sendable
    >(
        _ name: String,
        _ first: Parameter<First>,
        _ second: Parameter<Second>,
        _ third: Parameter<Third>,
        options: MethodOptions = .init(),
        handler: @escaping @Sendable (First, Second, Third) throws -> Result
    ) {
        let signature = Signature(path, name, [first.description, second.description, third.description])
        let result = ResultEncoder<Result>()
        let (firstSource, secondSource) = (first.source(in: signature), second.source(in: signature))
        let thirdSource = third.source(in: signature)
        let body: RegisteredMethod.ShortBody = { (arguments, codec, output) throws(CallError) in
            let ranges = try signature.locate(arguments, codec)
            let first = try firstSource.readInPlace(ranges[0], of: arguments, as: codec)
            let second = try secondSource.readInPlace(ranges[1], of: arguments, as: codec)
            let third = try thirdSource.readInPlace(ranges[2], of: arguments, as: codec)
            let value: Result
            do { value = try handler(first, second, third) } catch { throw CallError(thrownByHandler: error) }
            try result.append(value, as: codec, to: &output)
        }
        add(name, .short(body), signature.descriptions, result: typeWord(of: Result.self), options)
    }
}
