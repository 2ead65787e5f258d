internal import PosternSchema
import Synchronization

extension Router {
    /// Registers the built-in methods `rpc/describe` and `rpc/subscribe`.
    func addBuiltInMethods() {
        addBuiltIn("describe", "Lists services, methods and topics", parameters: [], result: "object") {
            // The router owns its methods, so a strong reference would be a cycle, and `self` outlives each call of
            // them.
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
        // A position needs both; with one alone, the subscription begins at the next event.
        guard let epoch, let offset else { return topic.subscribe() }
        return topic.subscribe(since: StreamPosition(epoch: epoch, offset: offset))
    }

    private func addBuiltIn(
        _ name: String,
        _ documentation: String,
        parameters: [RegisteredMethod.Content.Argument],
        result: String,
        isStream: Bool = false,
        _ body: @escaping RegisteredMethod.LongBody
    ) {
        let content = RegisteredMethod.Content(parameters: parameters, result: .word(result), isStream: isStream)
        let options = MethodOptions(documentation: documentation, isSafe: true)
        add(RegisteredMethod(.long(body), path: "\(MethodPath.builtIn)/\(name)", content, options))
    }
}

// The description of a router is encoded once for each revision and codec.
extension Router {
    /// Everything that is registered here and in mounted routers, with its path.
    struct Contents {
        var services: [ServiceDescription] = []
        var methods: [(path: String, method: RegisteredMethod)] = []
        var topics: [(path: String, topic: Topic)] = []
    }

    var contents: Contents {
        let services = serviceDocumentation.withLock { $0 }
        let methods = methods.withLock { $0.methods }
        let topics = topics.withLock { $0 }
        var all = mountedContents
        all.services += services.map { ServiceDescription(path: $0.key, documentation: $0.value) }
        all.methods += methods.map { ($0.path, $0) }
        all.topics += topics.map { ($0.key, $0.value) }
        return all
    }

    /// The description of everything that is registered here and in mounted routers.
    package var description: RouterDescription {
        let all = contents
        // In the order of paths, so that equal routers choose the same names for their types.
        var catalogue = SchemaCatalogue(CustomSchemas.definitions)
        let methods = all.methods.sorted { $0.path < $1.path }.map { path, method in
            method.content.description(path: path, method.options, &catalogue)
        }
        let topics = all.topics.sorted { $0.path < $1.path }.map { path, topic in
            TopicDescription(
                path: path,
                documentation: topic.documentation,
                schema: topic.event?.schema(&catalogue).map(Value.init)
            )
        }
        let schemas = catalogue.schemas()
        return RouterDescription(
            services: all.services.sorted { $0.path < $1.path },
            methods: methods,
            topics: topics,
            schemas: schemas.isEmpty ? Value?.none : Value(.object(schemas))
        )
    }

    /// An encoded description and the revision that it describes.
    struct WrittenDescription {
        let revision: UInt64
        let payload: Payload
    }

    /// Returns the encoded description, from the cache if nothing has changed.
    func writtenDescription(as codec: any PayloadCodec.Type) throws(CallError) -> Payload {
        // Read first, so that a change during the encoding makes the cached description outdated, not current.
        let revision = revisionOfAll
        let key = ObjectIdentifier(codec)
        if let written = descriptions.withLock({ $0[key] }), written.revision == revision { return written.payload }
        let payload = try ResultEncoder<RouterDescription>().payload(description, as: codec)
        descriptions.withLock { $0[key] = WrittenDescription(revision: revision, payload: payload) }
        return payload
    }

    /// Sets the documentation of a service, if there is any.
    func describeService(_ path: String, _ documentation: String?) {
        guard let documentation else { return }
        serviceDocumentation.withLock { $0[path] = documentation }
        noteChange()
    }

    /// Increases the revision; called after each change of what is registered.
    func noteChange() {
        // `max`, because concurrent changes may arrive here in another order than they have drawn their numbers.
        let next = Self.revisions.wrappingAdd(1, ordering: .relaxed).newValue
        revision.max(next, ordering: .releasing)
    }

    /// The highest revision of this router and the routers mounted in it.
    private var revisionOfAll: UInt64 {
        mounted.withLock { $0 }.values.reduce(revision.load(ordering: .acquiring)) { max($0, $1.revisionOfAll) }
    }

    /// The counter of changes in all routers: numbers are unique, so mounting another router always changes the
    /// maximum.
    private static let revisions = Atomic<UInt64>(0)
}
