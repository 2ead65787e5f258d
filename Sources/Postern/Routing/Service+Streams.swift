extension Service {
    /// Exposes a function that answers with a sequence of values.
    ///
    /// The sequence is read at the caller's pace, by one reader, and its iterator dropped when the caller leaves.
    public func registerStream<each Argument: Decodable & Sendable, Values: AsyncSequence & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @Sendable (repeat each Argument) async throws -> Values
    ) where Values.Element: Encodable & Sendable {
        let signature = Signature(repeat each parameters)
        let body: RegisteredMethod.LongBody = { (call) async throws(CallError) in
            let values = try signature.read(call.arguments.bytes.span, as: call.arguments.codec)
            let sequence: Values
            do { sequence = try await handler(repeat each values) } catch { throw CallError(thrownByHandler: error) }
            return .stream(ReplyStream(encoding: sequence, as: call.arguments.codec))
        }
        let word = typeWord(of: Values.Element.self)
        add(name, .long(body), signature.descriptions, result: word, isStream: true, options)
    }

    /// Exposes a function that answers with a sequence of values and wants to know about the call.
    public func registerStream<each Argument: Decodable & Sendable, Values: AsyncSequence & Sendable>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @Sendable (CallContext, repeat each Argument) async throws -> Values
    ) where Values.Element: Encodable & Sendable {
        let signature = Signature(repeat each parameters)
        let body: RegisteredMethod.LongBody = { (call) async throws(CallError) in
            let values = try signature.read(call.arguments.bytes.span, as: call.arguments.codec)
            let context = CallContext(call)
            let sequence: Values
            do { sequence = try await handler(context, repeat each values) } catch {
                throw CallError(thrownByHandler: error)
            }
            return .stream(ReplyStream(encoding: sequence, as: call.arguments.codec))
        }
        let word = typeWord(of: Values.Element.self)
        add(name, .long(body), signature.descriptions, result: word, isStream: true, options)
    }
}
