import Glibc
public import Logging
public import ServiceLifecycle
import UnixSignals

/// Runs what a program serves until it is told to stop.
public enum ServiceRun {
    /// Runs services until SIGTERM or SIGINT, then drains them; a second signal ends the program at once.
    ///
    /// - Parameters:
    ///   - services: Stopped in reverse order.
    ///   - logger: Told of signals.
    /// - Throws: What a service threw.
    public static func untilSignal(_ services: [any Service], logger: Logger) async throws {
        let group = ServiceGroup(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        let watch = Task { await exitOnSecondSignal() }
        defer { watch.cancel() }
        try await group.run()
    }

    private static func exitOnSecondSignal() async {
        var count = 0
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            count += 1
            if count == 2 { _exit(128 + signal.rawValue) }
        }
    }
}
