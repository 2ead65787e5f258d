/// The command line that starts a contained program.
package struct ContainedCommand: Hashable, Sendable {
    /// The program and its arguments: the first is a path, or a name to be looked for in `PATH`.
    package var arguments: [String]
    /// What the environment of the child has beside its own variables.
    package var environment: [String: String] = [:]
    /// Whether the status of the process is that of a launcher, which says 128 and the number of a signal.
    package var isThroughLauncher = false
    /// Whether the limits that were asked for are in force.
    package var isLimited: Bool
}
