import Glibc
package import Logging
package import ServiceLifecycle
import UnixSignals

/// Runs what a program serves until it is told to stop.
package enum ServiceRun {
    /// Runs services until a signal to stop, then drains them; a second signal ends the program at once.
    ///
    /// - Parameters:
    ///   - services: Stopped in reverse order.
    ///   - signals: Caught since before the program said that it listens: one that came meanwhile counts.
    ///   - logger: Told of signals.
    /// - Throws: What a service threw.
    package static func serve(_ services: [any Service], until signals: StopSignals, logger: Logger) async throws {
        let group = ServiceGroup(services: services, logger: logger)
        let watch = Task { await signals.stop(group) }
        defer { watch.cancel() }
        try await group.run()
    }
}

/// Services that are all stopped at once, where a group stops one after the other.
package struct SimultaneousServices: Service {
    private let services: [any Service]

    /// Takes the services.
    package init(_ services: [any Service]) { self.services = services }

    /// Runs all services until the last has ended, or one has thrown.
    package func run() async throws {
        try await withThrowingTaskGroup { group in
            for service in services { group.addTask { try await service.run() } }
            try await group.waitForAll()
        }
    }
}

/// SIGTERM and SIGINT, caught from the moment this is made.
package struct StopSignals: Sendable {
    private let signals: UnixSignalsSequence

    /// Catches the signals; made before a program opens anything, so that none finds it half started.
    package init() async { signals = await UnixSignalsSequence(trapping: .sigterm, .sigint) }

    /// Drains the services of a group at the first signal, and ends the program at the second.
    func stop(_ group: ServiceGroup) async {
        var isStopping = false
        for await signal in signals {
            if isStopping { _exit(128 + signal.rawValue) }
            isStopping = true
            await group.triggerGracefulShutdown()
        }
    }
}
