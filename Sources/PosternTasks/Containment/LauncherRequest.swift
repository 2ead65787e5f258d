/// The role and the settings of a launcher process, as the value of an environment variable.
struct LauncherRequest: Hashable, Sendable {
    /// The role of a launcher among the processes of a task.
    enum Role: String, Sendable {
        /// PID 1 of a namespace. When it exits, the kernel kills every process of the namespace.
        case initial = "init"
        /// The child of the host where there is no namespace. It starts a keeper.
        case `guard`
        /// The child of a guard. It starts the program, and kills every process below itself when the guard ends.
        case keeper
        /// PID 1 of a container. It starts the same executable again as its child, which is the host.
        case container

        /// Whether the launcher is PID 1, which adopts orphans and at whose exit the kernel kills all other processes.
        var isFirstProcess: Bool { self == .initial || self == .container }
    }

    /// The environment variable that requests a launcher.
    static let variable = "POSTERN_TASK_LAUNCHER"

    var role: Role
    /// The identifier of the process that this one must not outlive; `nil` when it may outlive its parent.
    ///
    /// For `initial` it is the identifier in `/proc`, since the parent is outside of the namespace. For other roles it
    /// is the identifier in the namespace of both processes.
    var parent: Int?
    /// The processor time at which the kernel kills the program, in seconds.
    var maximumProcessorSeconds: Int?
    /// The number of descriptors of the program, from 0 on, that are its channel, which the launcher receives over its
    /// own standard input; 0 when the program inherits the descriptors of the launcher.
    var channelDescriptors = 0
    /// Whether the program may outlive the host.
    var isDetached = false

    init(
        _ role: Role,
        parent: Int? = nil,
        maximumProcessorSeconds: Int? = nil,
        channelDescriptors: Int = 0,
        isDetached: Bool = false
    ) {
        self.role = role
        self.parent = parent
        self.maximumProcessorSeconds = maximumProcessorSeconds
        self.channelDescriptors = channelDescriptors
        self.isDetached = isDetached
    }

    /// Parses a value of the environment variable; returns `nil` when it was not created by ``text``.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard let name = words.first, let role = Role(rawValue: String(name)) else { return nil }
        self.init(role)
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1)
            switch (parts.first, parts.count == 2 ? Int(parts[1]) : nil) {
            case ("parent", let number?): parent = number
            case ("processor", let number?): maximumProcessorSeconds = number
            case ("channel", let number?) where 0...2 ~= number: channelDescriptors = number
            case ("detached", nil): isDetached = true
            default: return nil
            }
        }
    }

    /// The value of the environment variable.
    var text: String {
        var words = [role.rawValue]
        if let parent { words.append("parent=\(parent)") }
        if let maximumProcessorSeconds { words.append("processor=\(maximumProcessorSeconds)") }
        if channelDescriptors > 0 { words.append("channel=\(channelDescriptors)") }
        if isDetached { words.append("detached") }
        return words.joined(separator: " ")
    }
}
