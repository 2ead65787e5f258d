/// When a peer serves the calls and notifications of its other end.
public enum ServingMode: Hashable, Sendable {
    /// As they arrive.
    case automatic
    /// When the program asks for it: with ``Peer/pollAll()`` or ``Peer/serve(timeout:)``, and while it waits for a reply.
    ///
    /// For programs with an event loop of their own, and to reproduce what RPyC does without a background thread.
    /// Replies, streams and signs of life are taken as they arrive in either mode.
    case manual
}
