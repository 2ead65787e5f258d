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

extension Service {
    /// Exposes a function that wants to know about the call it answers.
    ///
    /// The parameters name what follows the context in the handler's parameters.
    @inlinable
    public func register<each Argument: Decodable & Sendable, Result: Encodable & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (CallContext, repeat each Argument) async throws -> Result
    ) {
        var descriptions: [ParameterDescription] = []
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
        add(name, .long(body), signature.descriptions, result: typeWord(of: Result.self), options)
    }

    /// Exposes a function without result that wants to know about the call it answers; its reply is null.
    @inlinable
    public func register<each Argument: Decodable & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (CallContext, repeat each Argument) async throws -> Void
    ) {
        var descriptions: [ParameterDescription] = []
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
        add(name, .long(body), signature.descriptions, result: "null", options)
    }

    /// Exposes a function that reads its arguments and writes its reply itself.
    ///
    /// - Parameters:
    ///   - name: Not empty, without `/` and `.`, not beginning with `_` or `$`, new in this service.
    ///   - parameters: What descriptions say about the arguments.
    ///   - result: The word that descriptions use for the result.
    ///   - isStream: Whether descriptions say that the answer is a stream.
    ///   - options: Where it runs, and whether it changes anything.
    ///   - handler: Given the call as it came; its reply is encoded as the arguments are.
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
        add(name, .long(body), parameters, result: result, isStream: isStream, options)
    }
}

extension Service {
    /// Exposes a function that answers with a sequence of values.
    ///
    /// The sequence is read at the caller's pace, by one reader, and its iterator dropped when the caller leaves.
    @inlinable
    public func registerStream<each Argument: Decodable & Sendable, Values: AsyncSequence & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (repeat each Argument) async throws -> Values
    ) where Values.Element: Encodable & Sendable {
        var descriptions: [ParameterDescription] = []
        for parameter in repeat each parameters { descriptions.append(parameter.description) }
        let signature = Signature(path, name, descriptions)
        let sources = (repeat (each parameters).source(in: signature))
        let body: RegisteredMethod.LongBody = { (call) async throws(CallError) in
            let arguments = try signature.arguments(of: call, repeat each sources)
            let sequence: Values
            do { sequence = try await handler(repeat each arguments) } catch { throw CallError(thrownByHandler: error) }
            return .stream(ReplyStream(encoding: sequence, for: call))
        }
        let word = typeWord(of: Values.Element.self)
        add(name, .long(body), signature.descriptions, result: word, isStream: true, options)
    }

    /// Exposes a function that answers with a sequence of values and wants to know about the call.
    @inlinable
    public func registerStream<each Argument: Decodable & Sendable, Values: AsyncSequence & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (CallContext, repeat each Argument) async throws -> Values
    ) where Values.Element: Encodable & Sendable {
        var descriptions: [ParameterDescription] = []
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
        let word = typeWord(of: Values.Element.self)
        add(name, .long(body), signature.descriptions, result: word, isStream: true, options)
    }
}
