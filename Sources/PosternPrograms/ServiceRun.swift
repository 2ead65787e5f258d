import Glibc
package import Logging
package import ServiceLifecycle
import UnixSignals

/// Runs the services of a program until it is stopped.
package enum ServiceRun {
    /// Runs services until a signal to stop, then drains them; a second signal ends the program at once.
    ///
    /// - Parameters:
    ///   - services: The services, which are stopped in reverse order.
    ///   - signals: The signals, which must be caught before the program prints that it listens, so that none is lost.
    ///   - logger: Logs the signals.
    /// - Throws: The error of a service.
    package static func serve(_ services: [any Service], until signals: StopSignals, logger: Logger) async throws {
        let group = ServiceGroup(services: services, logger: logger)
        let watch = Task { await signals.stop(group) }
        defer { watch.cancel() }
        try await group.run()
    }
}

/// A service that runs several services and stops all of them at the same time.
///
/// A `ServiceGroup` stops its services one after the other.
package struct SimultaneousServices: Service {
    private let services: [any Service]

    /// Creates a service that runs the given services.
    package init(_ services: [any Service]) { self.services = services }

    /// Runs all services until the last one returns or one throws.
    package func run() async throws {
        try await withThrowingTaskGroup { group in
            for service in services { group.addTask { try await service.run() } }
            try await group.waitForAll()
        }
    }
}

/// SIGTERM and SIGINT, which are caught from the initialization on.
package struct StopSignals: Sendable {
    private let signals: UnixSignalsSequence

    /// Starts catching the signals.
    ///
    /// It must be created before the program opens sockets or files: a signal during the start then leads to an orderly
    /// stop.
    package init() async { signals = await UnixSignalsSequence(trapping: .sigterm, .sigint) }

    /// Drains the services of a group at the first signal, and exits at the second one.
    func stop(_ group: ServiceGroup) async {
        var isStopping = false
        for await signal in signals {
            // As a shell reports a signal. `_exit` skips exit handlers, which may wait for what does not end.
            if isStopping { _exit(128 + signal.rawValue) }
            isStopping = true
            await group.triggerGracefulShutdown()
        }
    }
}
