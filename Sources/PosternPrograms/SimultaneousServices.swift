public import ServiceLifecycle

/// Services that are all stopped at once, where a group stops one after the other.
public struct SimultaneousServices: Service {
    private let services: [any Service]

    /// Takes the services.
    public init(_ services: [any Service]) { self.services = services }

    /// Runs all services until the last has ended, or one has thrown.
    public func run() async throws {
        try await withThrowingTaskGroup { group in
            for service in services { group.addTask { try await service.run() } }
            try await group.waitForAll()
        }
    }
}
