/// What the launcher is asked to be: the value of its environment variable.
struct LauncherRequest: Hashable, Sendable {
    /// Where the launcher is among the processes of a task.
    enum Role: String, Sendable {
        /// PID 1 of a namespace: the kernel ends every process below it when it ends.
        case initial = "init"
        /// The process that the host knows, without a namespace: it runs a keeper.
        case `guard`
        /// Runs the program below a guard, and ends every process below itself when the guard ends.
        case keeper
        /// PID 1 of a container that starts the host itself: it runs the same executable again, as its child.
        case container

        /// Whether it is PID 1: the kernel makes it the parent of orphans, and ends every process when it ends.
        var isFirstProcess: Bool { self == .initial || self == .container }
    }

    /// The environment variable that asks for the launcher.
    static let variable = "POSTERN_TASK_LAUNCHER"

    var role: Role
    /// The process that this one must not outlive; `nil` when it may.
    ///
    /// As `/proc` numbers it for `initial`, which cannot see it otherwise, and as the namespace of both does for others.
    var parent: Int?
    /// The processor time after which the kernel kills the program, in seconds.
    var maximumProcessorSeconds: Int?
    /// How many of the program's first descriptors are its channel, which the launcher receives over its own standard
    /// input; 0 when the program gets the descriptors of the launcher.
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

    /// Reads a value of the environment variable; `nil` when no launcher wrote it.
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
