import Synchronization

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

/// What a router offers, written once for each state of it.
extension Router {
    /// Describes everything registered, as `rpc/describe` does.
    package var description: RouterDescription {
        let services = serviceDocumentation.withLock { $0 }
        let methods = methods.withLock { $0.methods }
        let topics = topics.withLock { $0 }
        var all = mountedDescription
        all.services += services.map { ServiceDescription(path: $0.key, documentation: $0.value) }
        all.methods += methods.map(\.description)
        all.topics += topics.map { TopicDescription(path: $0.key, documentation: $0.value.documentation) }
        return RouterDescription(
            services: all.services.sorted { $0.path < $1.path },
            methods: all.methods.sorted { $0.path < $1.path },
            topics: all.topics.sorted { $0.path < $1.path }
        )
    }

    /// A description as bytes, and the state that it belongs to.
    struct WrittenDescription {
        let revision: UInt64
        let payload: Payload
    }

    /// The description of everything registered in the encoding of a call.
    func writtenDescription(as codec: any PayloadCodec.Type) throws(CallError) -> Payload {
        // Read first: what changes while the description is made is seen by the next call.
        let revision = revisionOfAll
        let key = ObjectIdentifier(codec)
        if let written = descriptions.withLock({ $0[key] }), written.revision == revision { return written.payload }
        let payload = try ResultEncoder<RouterDescription>().payload(description, as: codec)
        descriptions.withLock { $0[key] = WrittenDescription(revision: revision, payload: payload) }
        return payload
    }

    func describeService(_ path: String, _ documentation: String?) {
        guard let documentation else { return }
        serviceDocumentation.withLock { $0[path] = documentation }
        noteChange()
    }

    /// Begins a new state; called behind every change of what is registered.
    func noteChange() {
        let next = Self.revisions.wrappingAdd(1, ordering: .relaxed).newValue
        revision.max(next, ordering: .releasing)
    }

    /// The newest change of this router and those mounted in it.
    private var revisionOfAll: UInt64 {
        mounted.withLock { $0 }.values.reduce(revision.load(ordering: .acquiring)) { max($0, $1.revisionOfAll) }
    }

    /// Counts the changes of all routers, so that each has a number of its own wherever a router is mounted.
    private static let revisions = Atomic<UInt64>(0)
}
