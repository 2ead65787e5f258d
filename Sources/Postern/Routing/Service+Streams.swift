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
