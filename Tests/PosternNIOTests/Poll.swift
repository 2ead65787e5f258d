import Dispatch
import Glibc

/// Waiting with poll(2), as a program without Swift concurrency does.
enum Poll {
    /// Whether a descriptor is readable now.
    static func isReadable(_ descriptor: Int32) -> Bool { wait(for: descriptor, milliseconds: 0) }

    /// Waits on a separate thread until a descriptor is readable; returns `false` after a minute.
    static func waitUntilReadable(_ descriptor: Int32) async -> Bool {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "poll").async {
                continuation.resume(returning: wait(for: descriptor, milliseconds: 60_000))
            }
        }
    }

    private static func wait(for descriptor: Int32, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) == 1 && entry.revents == Int16(POLLIN)
    }
}
