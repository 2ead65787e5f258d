/// What the other end of a session understands beyond JSON-RPC 2.0.
package struct ClientDialect: Sendable {
    /// What the other end is called in messages of errors.
    package var name = "client"
    /// Whether deadlines and requests for progress are sent, in a member `meta`.
    ///
    /// An end that knows only JSON-RPC may refuse requests with such a member.
    package var sendsMeta = false
    /// Whether methods are called by their paths as they are, instead of by names joined by dots.
    package var keepsPaths = false

    /// Starts from the dialect of a page.
    package init() {}
}
