import Glibc
import NIOCore
import NIOPosix

/// Polls the channels of an event loop before the loop blocks; used on the thread of the loop only.
///
/// When a loop blocks, an idle processor goes to sleep, and waking it takes longer than a short call. SwiftNIO cannot
/// look for input without blocking, so the poller enqueues a step that runs before the loop's next look at its sockets.
final class BusyPoller {
    private let loop: any EventLoop
    private let executor: EventLoopExecutor
    private var channels: [PolledChannel] = []
    private var entries: [pollfd] = []
    private var isScheduled = false

    /// The most channels that are polled: with more, one `poll` call takes too long.
    private static let maximumChannels = 64

    /// The poller of the loop that runs on this thread.
    private static let current = ThreadSpecificVariable<NIOLoopBoundBox<BusyPoller>>()

    private init(_ loop: any EventLoop, _ executor: EventLoopExecutor) {
        self.loop = loop
        self.executor = executor
    }

    /// Returns the poller of an event loop; must be called on its thread.
    static func of(_ loop: any EventLoop, _ executor: EventLoopExecutor) -> BusyPoller {
        loop.assertInEventLoop()
        if let poller = current.currentValue?.value, poller.loop === loop { return poller }
        let poller = BusyPoller(loop, executor)
        current.currentValue = NIOLoopBoundBox(poller, eventLoop: loop)
        return poller
    }

    func add(_ channel: PolledChannel) {
        channels.append(channel)
        entries.append(pollfd(fd: channel.descriptor, events: Int16(POLLIN), revents: 0))
    }

    func remove(_ channel: PolledChannel) {
        guard let index = channels.firstIndex(where: { $0 === channel }) else { return }
        channels.remove(at: index)
        entries.remove(at: index)
    }

    /// Enqueues polling after the work that the loop has now.
    func schedule() {
        guard !isScheduled, channels.count <= Self.maximumChannels else { return }
        isScheduled = true
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.execute { bound.value.poll() }
    }

    /// Continues polling the other channels after one has had input.
    func resume() {
        if channels.count > 1, end != nil { schedule() }
    }

    /// The time until which to poll; `nil` for no polling.
    private var end: NIODeadline? { channels.compactMap(\.deadline).max() }

    private func poll() {
        isScheduled = false
        guard let end else { return }
        // Work that the loop has already comes first: it may produce the output that the other side waits for.
        guard !executor.hasWork else { return schedule() }
        while !hasInput, NIODeadline.now() < end {
            guard !executor.hasWork else { return noteInterruption() }
        }
    }

    /// Records that another thread has enqueued work: such threads serve these channels and need the processors.
    private func noteInterruption() {
        for channel in channels where channel.deadline != nil { channel.noteInterruption() }
    }

    // Also true for an error, which the loop then finds in its own look.
    private var hasInput: Bool { unsafe Glibc.poll(&entries, UInt(entries.count), 0) != 0 }
}
