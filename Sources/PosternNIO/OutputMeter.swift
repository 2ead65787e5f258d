import Glibc
import NIOCore

/// Measures how much of a channel's output has reached the other side's system.
struct OutputMeter {
    /// What was measured.
    struct Reading: Hashable {
        /// Bytes that this process holds, because the system takes no more.
        var held = 0
        /// Bytes that the other side's system has not acknowledged, those above included.
        var underWay = 0
        /// Bytes that have been acknowledged since the connection was made.
        var moved: UInt64 = 0
    }

    /// Bytes that were passed to the channel.
    private(set) var written: UInt64 = 0
    private var moved: UInt64 = 0

    /// Notes that bytes were passed to the channel.
    mutating func noteWrite(_ count: Int) { written += UInt64(count) }

    /// Measures; without a system call while nothing is under way.
    mutating func read(_ channel: any Channel) -> Reading {
        guard moved < written else { return Reading(moved: moved) }
        let held = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        let underWay = held + Self.unacknowledged(by: channel)
        // TLS holds more bytes than were passed to it.
        moved = max(moved, written - min(UInt64(underWay), written))
        return Reading(held: held, underWay: underWay, moved: moved)
    }

    /// Bytes that the system holds for the other side.
    private static func unacknowledged(by channel: any Channel) -> Int {
        let count = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { descriptor in
            var count: CInt = 0
            return unsafe ioctl(descriptor, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
        }
        return count ?? 0
    }
}
