import NIOCore
import Postern

/// A channel that its loop polls; belongs to the thread of the loop.
final class PolledChannel {
    /// Longer polling would hold up the timers of the loop.
    private static let longest = Duration.milliseconds(1)

    let descriptor: CInt
    private let channel: any Channel
    private let poller: BusyPoller
    private var polling: AdaptivePolling

    /// Prepares a channel to be polled.
    ///
    /// - Parameters:
    ///   - channel: Its loop has no other channels than those that are polled.
    ///   - executor: The executor of the loop.
    ///   - limit: How long to poll after output at most; `nil` is returned for zero, and where a process has just one
    ///     processor, which the other side needs.
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

    /// Polls the channel from now on, once it is active.
    func begin() { poller.add(self) }

    /// Until when to poll; `nil` when not to.
    var deadline: NIODeadline? { polling.deadline }

    /// Notes that output was written, and polls once the loop has nothing else to do.
    func noteOutput() {
        polling.noteOutput(at: .now())
        guard polling.deadline != nil, !isChoked else { return }
        poller.schedule()
    }

    /// Whether the loop has to wait until the other side reads.
    private var isChoked: Bool { (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 > 0 }

    /// Notes that input was read.
    func noteInput() { polling.noteInput(at: .now()) }

    /// Notes that all input was read and answered.
    func noteReadEnd() { poller.resume() }

    /// Notes that the loop was to do something else while the channel was polled.
    func noteInterruption() { polling.noteFailure() }

    /// Polls the channel no more.
    func end() { poller.remove(self) }
}
