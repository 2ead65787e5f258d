public import Logging
public import ServiceLifecycle

/// Runs what a program serves until it is told to stop.
public enum ServiceRun {
    /// Runs services until a signal to stop, then drains them; a second signal ends the program at once.
    ///
    /// - Parameters:
    ///   - services: Stopped in reverse order.
    ///   - signals: Caught since before the program said that it listens: one that came meanwhile counts.
    ///   - logger: Told of signals.
    /// - Throws: What a service threw.
    public static func serve(_ services: [any Service], until signals: StopSignals, logger: Logger) async throws {
        let group = ServiceGroup(services: services, logger: logger)
        let watch = Task { await signals.stop(group) }
        defer { watch.cancel() }
        try await group.run()
    }
}
