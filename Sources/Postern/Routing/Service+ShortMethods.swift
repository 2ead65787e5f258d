// Synchronous functions of up to three parameters, by far the most frequent methods. These overloads do the same as the
// one for any number of parameters, but without its parameter pack, which the compiler does not unroll: it costs about
// 60 ns for each call with two numbers.
extension Service {
    /// Registers a synchronous function of one parameter.
    @inlinable
    public func register<First: Decodable & Sendable, Result: Encodable & Sendable>(
        _ name: String,
        _ first: Parameter<First>,
        options: MethodOptions = .init(),
        handler: @escaping @Sendable (First) throws -> Result
    ) {
        let signature = Signature(path, name, [first.description])
        let result = ResultEncoder<Result>()
        // Created once here, so that a call neither allocates nor looks up a conformance to decode its arguments.
        let firstSource = first.source(in: signature)
        let body: RegisteredMethod.ShortBody = { (arguments, codec, output) throws(CallError) in
            let ranges = try signature.locate(arguments, codec)
            let first = try firstSource.readInPlace(ranges[0], of: arguments, as: codec)
            let value: Result
            // A `do` of its own: only an error of the handler is converted, which hides its text from the caller.
            do { value = try handler(first) } catch { throw CallError(thrownByHandler: error) }
            try result.append(value, as: codec, to: &output)
        }
        add(name, .short(body), signature.descriptions, result: .value(Result.self), options)
    }

    /// Registers a synchronous function of two parameters.
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
        add(name, .short(body), signature.descriptions, result: .value(Result.self), options)
    }

    /// Registers a synchronous function of three parameters.
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
        add(name, .short(body), signature.descriptions, result: .value(Result.self), options)
    }
}
