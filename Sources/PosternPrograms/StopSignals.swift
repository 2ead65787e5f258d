import Glibc
import ServiceLifecycle
import UnixSignals

/// SIGTERM and SIGINT, caught from the moment this is made.
public struct StopSignals: Sendable {
    private let signals: UnixSignalsSequence

    /// Catches the signals; made before a program opens anything, so that none finds it half started.
    public init() async { signals = await UnixSignalsSequence(trapping: .sigterm, .sigint) }

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
