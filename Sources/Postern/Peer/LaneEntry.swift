/// The handler of one call or notification, ready to be started by a ``HandlerLane``.
package protocol LaneEntry: AnyObject, Sendable {
    /// Runs the handler up to its first wait; called once, on any thread.
    func begin()
    var traits: LaneTraits { get }
}

/// What a lane has to know of its entries.
package struct LaneTraits: Sendable {
    /// Whether the entries behind it wait for it, however long it holds its thread.
    package let isNotification: Bool
    /// Whether it may run on an event loop: it neither blocks nor computes for long.
    package let isShort: Bool

    package init(isNotification: Bool = false, isShort: Bool = false) {
        self.isNotification = isNotification
        self.isShort = isShort
    }
}
