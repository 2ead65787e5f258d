extension Service {
    /// Registers a synchronous function.
    ///
    /// - Parameters:
    ///   - name: The name: unique in this service, not empty, without `/` and `.`, and not beginning with `_` or `$`.
    ///   - parameters: A description of each parameter of the handler, in order; at most 8.
    ///   - options: The documentation, the executor, and whether the method has side effects.
    ///   - handler: The function, which is called from any thread and concurrently with itself. An error that it throws
    ///     reaches the caller as `CallError.init(thrownByHandler:)` describes.
    @inlinable
    public func register<each Argument: Decodable & Sendable, Result: Encodable & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @Sendable (repeat each Argument) throws -> Result
    ) {
        var descriptions: [RegisteredMethod.Content.Argument] = []
        for parameter in repeat each parameters { descriptions.append(parameter.description) }
        let signature = Signature(path, name, descriptions)
        let sources = (repeat (each parameters).source(in: signature))
        let result = ResultEncoder<Result>()
        let body: RegisteredMethod.ShortBody = { (arguments, codec, output) throws(CallError) in
            let ranges = try signature.locate(arguments, codec)
            // A pack expansion has no index, so each source advances this one; expansions are evaluated in order.
            var index = 0
            let values: (repeat each Argument)
            do { values = (repeat try (each sources).take(&index, ranges, arguments, codec)) } catch {
                throw CallError(ofArguments: error)
            }
            let value: Result
            do { value = try handler(repeat each values) } catch { throw CallError(thrownByHandler: error) }
            try result.append(value, as: codec, to: &output)
        }
        add(name, .short(body), signature.descriptions, result: .value(Result.self), options)
    }

    /// Registers a synchronous function without a result, whose reply is null.
    @inlinable
    public func register<each Argument: Decodable & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @Sendable (repeat each Argument) throws -> Void
    ) {
        var descriptions: [RegisteredMethod.Content.Argument] = []
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
        add(name, .short(body), signature.descriptions, result: .nothing, options)
    }

    /// Registers an asynchronous function.
    ///
    /// Its task is cancelled when the caller cancels the call, when the connection closes, and when the deadline
    /// passes.
    @inlinable
    public func register<each Argument: Decodable & Sendable, Result: Encodable & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (repeat each Argument) async throws -> Result
    ) {
        var descriptions: [RegisteredMethod.Content.Argument] = []
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
        add(name, .long(body), signature.descriptions, result: .value(Result.self), options)
    }

    /// Registers an asynchronous function without a result, whose reply is null.
    @inlinable
    public func register<each Argument: Decodable & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (repeat each Argument) async throws -> Void
    ) {
        var descriptions: [RegisteredMethod.Content.Argument] = []
        for parameter in repeat each parameters { descriptions.append(parameter.description) }
        let signature = Signature(path, name, descriptions)
        let sources = (repeat (each parameters).source(in: signature))
        let body: RegisteredMethod.LongBody = { (call) async throws(CallError) in
            let arguments = try signature.arguments(of: call, repeat each sources)
            do { try await handler(repeat each arguments) } catch { throw CallError(thrownByHandler: error) }
            return .value(.null(as: call.arguments.codec))
        }
        add(name, .long(body), signature.descriptions, result: .nothing, options)
    }
}

extension Service {
    /// Registers an asynchronous function that receives information about the call.
    ///
    /// The parameters describe those of the handler after the context.
    @inlinable
    public func register<each Argument: Decodable & Sendable, Result: Encodable & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (CallContext, repeat each Argument) async throws -> Result
    ) {
        var descriptions: [RegisteredMethod.Content.Argument] = []
        for parameter in repeat each parameters { descriptions.append(parameter.description) }
        let signature = Signature(path, name, descriptions)
        let sources = (repeat (each parameters).source(in: signature))
        let result = ResultEncoder<Result>()
        let body: RegisteredMethod.LongBody = { (call) async throws(CallError) in
            let arguments = try signature.arguments(of: call, repeat each sources)
            let value: Result
            do { value = try await handler(CallContext(call), repeat each arguments) } catch {
                throw CallError(thrownByHandler: error)
            }
            return .value(try result.payload(value, for: call))
        }
        add(name, .long(body), signature.descriptions, result: .value(Result.self), options)
    }

    /// Registers an asynchronous function without a result that receives information about the call; its reply is null.
    @inlinable
    public func register<each Argument: Decodable & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (CallContext, repeat each Argument) async throws -> Void
    ) {
        var descriptions: [RegisteredMethod.Content.Argument] = []
        for parameter in repeat each parameters { descriptions.append(parameter.description) }
        let signature = Signature(path, name, descriptions)
        let sources = (repeat (each parameters).source(in: signature))
        let body: RegisteredMethod.LongBody = { (call) async throws(CallError) in
            let arguments = try signature.arguments(of: call, repeat each sources)
            do { try await handler(CallContext(call), repeat each arguments) } catch {
                throw CallError(thrownByHandler: error)
            }
            return .value(.null(as: call.arguments.codec))
        }
        add(name, .long(body), signature.descriptions, result: .nothing, options)
    }

    /// Registers an asynchronous function that decodes its arguments and encodes its reply itself.
    ///
    /// - Parameters:
    ///   - name: The name: unique in this service, not empty, without `/` and `.`, and not beginning with `_` or `$`.
    ///   - parameters: The parameters in descriptions of the method.
    ///   - result: The type of the result in descriptions of the method.
    ///   - isStream: Whether the reply is a stream, in descriptions of the method.
    ///   - options: The documentation, the executor, and whether the method has side effects.
    ///   - handler: The function, which receives the call unchanged.
    public func registerRaw(
        _ name: String,
        parameters: [ParameterDescription] = [],
        result: String = "any",
        isStream: Bool = false,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (Call) async throws(CallError) -> Reply
    ) {
        let body: RegisteredMethod.LongBody = { (call) async throws(CallError) in
            do throws(CallError) { return try await handler(call) } catch { throw CallError(thrownByHandler: error) }
        }
        let described = parameters.map(RegisteredMethod.Content.Argument.init)
        add(name, .long(body), described, result: .word(result), isStream: isStream, options)
    }
}

extension Service {
    /// Registers an asynchronous function whose reply is a stream of values.
    ///
    /// The sequence is iterated once, no faster than the caller reads. Its iterator is released when the caller cancels
    /// the stream or the connection closes.
    @inlinable
    public func registerStream<each Argument: Decodable & Sendable, Values: AsyncSequence & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (repeat each Argument) async throws -> Values
    ) where Values.Element: Encodable & Sendable {
        var descriptions: [RegisteredMethod.Content.Argument] = []
        for parameter in repeat each parameters { descriptions.append(parameter.description) }
        let signature = Signature(path, name, descriptions)
        let sources = (repeat (each parameters).source(in: signature))
        let body: RegisteredMethod.LongBody = { (call) async throws(CallError) in
            let arguments = try signature.arguments(of: call, repeat each sources)
            let sequence: Values
            do { sequence = try await handler(repeat each arguments) } catch { throw CallError(thrownByHandler: error) }
            return .stream(ReplyStream(encoding: sequence, for: call))
        }
        add(name, .long(body), signature.descriptions, result: .value(Values.Element.self), isStream: true, options)
    }

    /// Registers an asynchronous function whose reply is a stream of values and that receives information about the
    /// call.
    @inlinable
    public func registerStream<each Argument: Decodable & Sendable, Values: AsyncSequence & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (CallContext, repeat each Argument) async throws -> Values
    ) where Values.Element: Encodable & Sendable {
        var descriptions: [RegisteredMethod.Content.Argument] = []
        for parameter in repeat each parameters { descriptions.append(parameter.description) }
        let signature = Signature(path, name, descriptions)
        let sources = (repeat (each parameters).source(in: signature))
        let body: RegisteredMethod.LongBody = { (call) async throws(CallError) in
            let arguments = try signature.arguments(of: call, repeat each sources)
            let sequence: Values
            do { sequence = try await handler(CallContext(call), repeat each arguments) } catch {
                throw CallError(thrownByHandler: error)
            }
            return .stream(ReplyStream(encoding: sequence, for: call))
        }
        add(name, .long(body), signature.descriptions, result: .value(Values.Element.self), isStream: true, options)
    }
}
