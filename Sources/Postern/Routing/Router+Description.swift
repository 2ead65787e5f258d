internal import Synchronization

/// What a router offers, written once for each state of it.
extension Router {
    /// Describes everything registered, as `rpc/describe` does.
    public var description: RouterDescription {
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
