import Glibc
import NIOCore

/// Measures how much output of a channel the system of the other side has acknowledged.
struct OutputMeter {
    /// One measurement.
    struct Reading: Hashable {
        /// The bytes that this process holds because the socket's buffer is full.
        var held = 0
        /// The bytes that are not acknowledged, including ``held``.
        var underWay = 0
        /// The bytes that were acknowledged since the connection was opened.
        var moved: UInt64 = 0
    }

    /// The bytes that were passed to the channel.
    private(set) var written: UInt64 = 0
    private var moved: UInt64 = 0

    /// Records that bytes were passed to the channel.
    mutating func noteWrite(_ count: Int) { written += UInt64(count) }

    /// Measures the output; makes no system call while all of it is acknowledged.
    mutating func read(_ channel: any Channel) -> Reading {
        guard moved < written else { return Reading(moved: moved) }
        let held = Self.held(by: channel)
        let underWay = held + Self.unacknowledged(by: channel)
        // TLS adds bytes of its own, so the difference is clamped and never decreases.
        moved = max(moved, written - min(UInt64(underWay), written))
        return Reading(held: held, underWay: underWay, moved: moved)
    }

    /// Returns the bytes that a channel holds because the socket's buffer is full.
    static func held(by channel: any Channel) -> Int {
        (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Returns the bytes in the socket's send queue that are not acknowledged.
    private static func unacknowledged(by channel: any Channel) -> Int {
        let count = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { descriptor in
            // SwiftNIO has no option for the send queue of a socket.
            var count: CInt = 0
            return unsafe ioctl(descriptor, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
        }
        return count ?? 0
    }
}
