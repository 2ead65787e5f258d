/// What sees to it that no process of a task is left behind on this system, and that limits are kept.
public struct TaskContainment: Hashable, Sendable, CustomStringConvertible {
    /// Whether all of it is in force.
    ///
    /// It is when foreign programs run in a PID namespace of their own, tasks in Swift end with their parent in any case, and
    /// ``TaskOptions/limits`` are set. What is missing is in the description.
    public let isComplete: Bool
    /// What is in force and what is not, in sentences for a log.
    public let description: String

    init(_ containment: Containment) {
        isComplete = containment.isComplete
        description = containment.description
    }
}
