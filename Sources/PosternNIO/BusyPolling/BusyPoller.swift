import Glibc
import NIOCore
import NIOPosix

/// Polls the channels of one event loop before the loop waits for them; belongs to the thread of the loop.
///
/// Waiting puts the processor to sleep when it has nothing else to do, and waking it takes longer than a short call. The
/// loop has no other means to look for input without waiting: what is put behind its work runs before it looks.
final class BusyPoller {
    private let loop: any EventLoop
    private let executor: EventLoopExecutor
    private var channels: [PolledChannel] = []
    private var entries: [pollfd] = []
    private var isScheduled = false

    /// With more channels a look at all of them takes too long.
    private static let maximumChannels = 64

    /// The poller of the loop that runs on this thread.
    private static let current = ThreadSpecificVariable<NIOLoopBoundBox<BusyPoller>>()

    private init(_ loop: any EventLoop, _ executor: EventLoopExecutor) {
        self.loop = loop
        self.executor = executor
    }

    /// The poller of an event loop; called on its thread.
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

    /// Polls behind all that the loop has to do now.
    func schedule() {
        guard !isScheduled, channels.count <= Self.maximumChannels else { return }
        isScheduled = true
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.execute { bound.value.poll() }
    }

    /// Polls on after one of several channels had input.
    func resume() {
        if channels.count > 1, end != nil { schedule() }
    }

    /// Until when to poll.
    private var end: NIODeadline? { channels.compactMap(\.deadline).max() }

    private func poll() {
        isScheduled = false
        guard let end else { return }
        // What the loop has to do already comes first.
        guard !executor.hasWork else { return schedule() }
        while !hasInput, NIODeadline.now() < end {
            guard !executor.hasWork else { return noteInterruption() }
        }
    }

    /// Other threads of this process are busy with what the channels are for, and need the processors.
    private func noteInterruption() {
        for channel in channels where channel.deadline != nil { channel.noteInterruption() }
    }

    private var hasInput: Bool { unsafe Glibc.poll(&entries, UInt(entries.count), 0) != 0 }
}
