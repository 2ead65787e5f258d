extension Service {
    /// Exposes a function that answers without waiting.
    ///
    /// - Parameters:
    ///   - name: Not empty, without `/` and `.`, not beginning with `_` or `$`, new in this service.
    ///   - parameters: One for each parameter of the handler, in order; at most 8.
    ///   - options: Where it runs, and whether it changes anything.
    ///   - handler: Called from any thread, many times at once. What it throws goes through
    ///     ``CallError/init(thrownByHandler:)``.
    @inlinable
    public func register<each Argument: Decodable & Sendable, Result: Encodable & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @Sendable (repeat each Argument) throws -> Result
    ) {
        var descriptions: [ParameterDescription] = []
        for parameter in repeat each parameters { descriptions.append(parameter.description) }
        let signature = Signature(path, name, descriptions)
        let sources = (repeat (each parameters).source(in: signature))
        let result = ResultEncoder<Result>()
        let body: RegisteredMethod.ShortBody = { (arguments, codec, output) throws(CallError) in
            let ranges = try signature.locate(arguments, codec)
            var index = 0
            let values: (repeat each Argument)
            do { values = (repeat try (each sources).take(&index, ranges, arguments, codec)) } catch {
                throw CallError(ofArguments: error)
            }
            let value: Result
            do { value = try handler(repeat each values) } catch { throw CallError(thrownByHandler: error) }
            try result.append(value, as: codec, to: &output)
        }
        add(name, .short(body), signature.descriptions, result: typeWord(of: Result.self), options)
    }

    /// Exposes a function without result that does not wait; its reply is null.
    @inlinable
    public func register<each Argument: Decodable & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @Sendable (repeat each Argument) throws -> Void
    ) {
        var descriptions: [ParameterDescription] = []
        for parameter in repeat each parameters { descriptions.append(parameter.description) }
        let signature = Signature(path, name, descriptions)
        let sources = (repeat (each parameters).source(in: signature))
        let body: RegisteredMethod.ShortBody = { (arguments, codec, output) throws(CallError) in
            let ranges = try signature.locate(arguments, codec)
            var index = 0
            let values: (repeat each Argument)
            do { values = (repeat try (each sources).take(&index, ranges, arguments, codec)) } catch {
                throw CallError(ofArguments: error)
            }
            do { try handler(repeat each values) } catch { throw CallError(thrownByHandler: error) }
            codec.writeNull(into: &output)
        }
        add(name, .short(body), signature.descriptions, result: "null", options)
    }

    /// Exposes a function that may wait.
    ///
    /// Its task is cancelled when the caller cancels, leaves, or has waited until its deadline.
    @inlinable
    public func register<each Argument: Decodable & Sendable, Result: Encodable & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (repeat each Argument) async throws -> Result
    ) {
        var descriptions: [ParameterDescription] = []
        for parameter in repeat each parameters { descriptions.append(parameter.description) }
        let signature = Signature(path, name, descriptions)
        let sources = (repeat (each parameters).source(in: signature))
        let result = ResultEncoder<Result>()
        let body: RegisteredMethod.LongBody = { (call) async throws(CallError) in
            let arguments = try signature.arguments(of: call, repeat each sources)
            let value: Result
            do { value = try await handler(repeat each arguments) } catch { throw CallError(thrownByHandler: error) }
            return .value(try result.payload(value, for: call))
        }
        add(name, .long(body), signature.descriptions, result: typeWord(of: Result.self), options)
    }

    /// Exposes a function without result that may wait; its reply is null.
    @inlinable
    public func register<each Argument: Decodable & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (repeat each Argument) async throws -> Void
    ) {
        var descriptions: [ParameterDescription] = []
        for parameter in repeat each parameters { descriptions.append(parameter.description) }
        let signature = Signature(path, name, descriptions)
        let sources = (repeat (each parameters).source(in: signature))
        let body: RegisteredMethod.LongBody = { (call) async throws(CallError) in
            let arguments = try signature.arguments(of: call, repeat each sources)
            do { try await handler(repeat each arguments) } catch { throw CallError(thrownByHandler: error) }
            return .value(.null(as: call.arguments.codec))
        }
        add(name, .long(body), signature.descriptions, result: "null", options)
    }
}
