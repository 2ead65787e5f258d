import Synchronization

extension Router {
    /// Returns the topic at a path, and creates it if it does not exist.
    ///
    /// Callers subscribe to it by the method `rpc/subscribe`.
    ///
    /// - Parameters:
    ///   - path: The path of the topic, names joined by `/`, with the same rules as for services and methods.
    ///   - documentation: A description for people. An existing topic keeps its own.
    ///   - history: The number, size and age of the events that are kept for subscribers that return. An existing topic
    ///     keeps its own.
    /// - Returns: The topic.
    public func topic(
        _ path: String,
        documentation: String? = nil,
        history: TopicHistory.Limits = .init()
    ) -> Topic {
        topic(path, of: nil, documentation, history)
    }

    /// Returns the topic at a path, and creates it if it does not exist; descriptions contain the type of its events.
    ///
    /// - Parameters:
    ///   - path: The path of the topic, names joined by `/`, with the same rules as for services and methods.
    ///   - event: The type of the events. It is not compared with the events that are published. An existing topic
    ///     keeps its own.
    ///   - documentation: A description for people. An existing topic keeps its own.
    ///   - history: The number, size and age of the events that are kept for subscribers that return. An existing topic
    ///     keeps its own.
    /// - Returns: The topic.
    public func topic<Event: Encodable & Sendable>(
        _ path: String,
        of event: Event.Type,
        documentation: String? = nil,
        history: TopicHistory.Limits = .init()
    ) -> Topic {
        topic(path, of: .value(event), documentation, history)
    }

    private func topic(
        _ path: String,
        of event: RegisteredMethod.Content.Kind?,
        _ documentation: String?,
        _ history: TopicHistory.Limits
    ) -> Topic {
        let path = MethodPath.check(path)
        defer { noteChange() }
        return topics.withLock { topics in
            if let topic = topics[path] { return topic }
            let topic = Topic(path: path, of: event, documentation: documentation, history: history)
            topics[path] = topic
            return topic
        }
    }

    /// Returns the topic at a path, also in mounted routers, or `nil`; `.` and `/` both separate names.
    package func findTopic(_ path: String) -> Topic? {
        let path = MethodPath.path(of: path)
        return topics.withLock { $0[path] } ?? findMountedTopic(path)
    }

    /// Removes a topic and ends its subscriptions.
    ///
    /// - Returns: Whether the topic existed.
    @discardableResult
    public func removeTopic(_ path: String) -> Bool {
        let topic = topics.withLock { $0.removeValue(forKey: path) }
        topic?.close()
        if topic != nil { noteChange() }
        return topic != nil
    }
}
