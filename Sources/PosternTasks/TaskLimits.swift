/// What a child process may use of the system; `nil` leaves a resource as the parent has it.
public struct TaskLimits: Hashable, Sendable {
    /// The bytes of memory that the process may have for its data.
    public var memoryBytes: Int?
    /// The processor time that the process may use.
    public var processorTime: Duration?
    /// The files and sockets that the process may have open at once.
    public var openFiles: Int?

    /// Makes limits.
    public init(memoryBytes: Int? = nil, processorTime: Duration? = nil, openFiles: Int? = nil) {
        self.memoryBytes = memoryBytes
        self.processorTime = processorTime
        self.openFiles = openFiles
    }
}
