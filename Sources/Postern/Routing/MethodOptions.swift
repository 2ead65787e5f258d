/// The properties of a method besides its name and parameters.
public struct MethodOptions: Sendable {
    /// The purpose of the method, for people.
    package var documentation: String?
    /// Whether the method has no side effects, so that a GET request may call it.
    package var isSafe: Bool
    /// The executor of the handler.
    package var execution: Execution
    /// Whether the method replaces one of the same name, whose running calls continue.
    package var replaces: Bool

    /// Creates options; by default, a method may have side effects and take any time.
    ///
    /// - Parameters:
    ///   - documentation: The purpose of the method, for people.
    ///   - isSafe: Whether the method has no side effects, so that a GET request may call it.
    ///   - execution: The executor of the handler.
    ///   - replaces: Whether the method replaces one of the same name, whose running calls continue. Otherwise,
    ///     registering a name twice stops the program.
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

    /// The executor of a handler.
    public enum Execution: Sendable {
        /// The global executor: the handler may take any time and block its thread.
        case concurrent
        /// The event loop that has received the call: the handler must neither block nor compute for long, because all
        /// other connections of the loop wait for it.
        case onEventLoop
    }
}
