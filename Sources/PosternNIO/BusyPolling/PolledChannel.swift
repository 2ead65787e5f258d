import NIOCore
import Postern

/// A channel that its event loop may poll; used on the thread of the loop only.
final class PolledChannel {
    /// The longest polling: more would delay the timers of the loop.
    private static let longest = Duration.milliseconds(1)

    let descriptor: CInt
    private let channel: any Channel
    private let poller: BusyPoller
    private var polling: AdaptivePolling

    /// Creates the polling of a channel; returns `nil` when the channel is not to be polled.
    ///
    /// - Parameters:
    ///   - channel: The channel; all channels of its loop must be polled.
    ///   - executor: The executor of the loop.
    ///   - limit: The longest time to poll after output. For zero, and with a single processor, which the other side
    ///     needs, the channel is not polled.
    init?(_ channel: any Channel, on executor: EventLoopExecutor, atMost limit: Duration) {
        guard limit > .zero, System.coreCount > 1 else { return nil }
        let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { $0 }
        guard let descriptor else { return nil }
        self.descriptor = descriptor
        self.channel = channel
        poller = BusyPoller.of(channel.eventLoop, executor)
        polling = AdaptivePolling(limit: TimeAmount(min(limit, Self.longest).clamped))
    }

    /// Starts polling, once the channel is active.
    func begin() { poller.add(self) }

    /// The time until which to poll; `nil` for no polling.
    var deadline: NIODeadline? { polling.deadline }

    /// Records output, and enqueues polling after the other work of the loop.
    func noteOutput() {
        polling.noteOutput(at: .now())
        guard polling.deadline != nil, !isChoked else { return }
        poller.schedule()
    }

    /// Whether output waits until the other side reads: only the loop itself notices that, not the poller.
    private var isChoked: Bool { (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 > 0 }

    /// Records input.
    func noteInput() { polling.noteInput(at: .now()) }

    /// Records that all input was read and answered.
    func noteReadEnd() { poller.resume() }

    /// Records that polling was interrupted by other work of the loop.
    func noteInterruption() { polling.noteFailure() }

    /// Stops polling.
    func end() { poller.remove(self) }
}
