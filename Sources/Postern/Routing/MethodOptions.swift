/// What a method promises to those who run it and those who call it.
public struct MethodOptions: Sendable {
    /// What the method does, for people.
    package var documentation: String?
    /// Whether the method changes nothing, so that a plain GET may reach it.
    package var isSafe: Bool
    /// Where the handler runs.
    package var execution: Execution

    /// Whether it takes the place of a method registered under the same name; calls of that one go on.
    package var replaces: Bool

    /// Takes promises; without any, a method may change things and take its time.
    public init(
        documentation: String? = nil,
        isSafe: Bool = false,
        execution: Execution = .concurrent,
        replaces: Bool = false
    ) {
        self.replaces = replaces
        self.documentation = documentation
        self.isSafe = isSafe
        self.execution = execution
    }

    /// Where a handler runs.
    public enum Execution: Sendable {
        /// On the global executor: it may take long, and hold its thread.
        case concurrent
        /// On the event loop that read the call: it neither blocks nor computes for long, or every other call of the
        /// loop waits with it.
        case onEventLoop
    }
}
