extension Router {
    /// Registers what every router offers by itself under `rpc`.
    func addBuiltInMethods() {
        addBuiltIn("describe", "Lists services, methods and topics", parameters: [], result: "object") {
            [unowned self] (call) async throws(CallError) in
            .value(try writtenDescription(as: call.arguments.codec))
        }
        addSubscribe()
    }

    private func addSubscribe() {
        let topic = Parameter<String>("topic", "Path of the topic")
        let epoch = Parameter<String?>("epoch", "With offset: where an earlier subscription ended")
        let offset = Parameter<UInt64?>("offset", "With epoch: the last offset that was received")
        let signature = Signature(
            MethodPath.builtIn,
            "subscribe",
            [topic.description, epoch.description, offset.description]
        )
        let (topicSource, epochSource) = (topic.source(in: signature), epoch.source(in: signature))
        let offsetSource = offset.source(in: signature)
        addBuiltIn(
            "subscribe",
            "Delivers the events of a topic",
            parameters: signature.descriptions,
            result: "any",
            isStream: true
        ) { [unowned self] (call) async throws(CallError) in
            let (bytes, codec) = (call.arguments.bytes, call.arguments.codec)
            let ranges = try signature.locate(bytes.span, codec)
            var index = 0
            let path = try topicSource.take(&index, ranges, bytes.span, codec)
            let epoch = try epochSource.take(&index, ranges, bytes.span, codec)
            let offset = try offsetSource.take(&index, ranges, bytes.span, codec)
            return .stream(try subscribe(to: path, epoch, offset).replyStream(as: codec))
        }
    }

    private func subscribe(
        to path: String,
        _ epoch: String?,
        _ offset: UInt64?
    ) throws(CallError) -> TopicSubscription {
        guard let topic = findTopic(path) else {
            throw CallError(.invalidParameters, "No such topic: \(path.prefix(MethodPath.maximumBytes))")
        }
        guard let epoch, let offset else { return topic.subscribe() }
        return topic.subscribe(since: StreamPosition(epoch: epoch, offset: offset))
    }

    private func addBuiltIn(
        _ name: String,
        _ documentation: String,
        parameters: [ParameterDescription],
        result: String,
        isStream: Bool = false,
        _ body: @escaping RegisteredMethod.LongBody
    ) {
        let description = MethodDescription(
            path: "\(MethodPath.builtIn)/\(name)",
            documentation: documentation,
            parameters: parameters,
            result: result,
            isStream: isStream,
            isSafe: true
        )
        add(RegisteredMethod(.long(body), description: description, execution: .concurrent))
    }
}
