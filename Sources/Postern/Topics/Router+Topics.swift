import Synchronization

extension Router {
    /// Makes a topic, which callers may subscribe to with `rpc/subscribe`.
    ///
    /// - Parameters:
    ///   - path: Names joined by `/`; under the rules for services and methods.
    ///   - documentation: What it is about, for people.
    ///   - history: How much of the past is kept for those who come back.
    /// - Returns: The topic; the one made first for a path that was given before.
    public func topic(
        _ path: String,
        documentation: String? = nil,
        history: TopicHistory.Limits = .init()
    ) -> Topic {
        let path = MethodPath.check(path)
        defer { noteChange() }
        return topics.withLock { topics in
            if let topic = topics[path] { return topic }
            let topic = Topic(path: path, documentation: documentation, history: history)
            topics[path] = topic
            return topic
        }
    }

    /// Finds a topic that was made before; `.` and `/` both separate names.
    package func findTopic(_ path: String) -> Topic? {
        let path = String(path.map { $0 == "." ? "/" : $0 })
        return topics.withLock { $0[path] } ?? findMountedTopic(path)
    }

    /// Closes a topic and takes it out.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    public func removeTopic(_ path: String) -> Bool {
        let topic = topics.withLock { $0.removeValue(forKey: path) }
        topic?.close()
        if topic != nil { noteChange() }
        return topic != nil
    }
}
