import Glibc
import Synchronization

/// The number of descriptors that this process may have open (`RLIMIT_NOFILE`).
///
/// When libwebsockets creates a context it allocates two tables with an entry for each descriptor below the limit,
/// 16 bytes together. Where the limit is above ten million, as in many containers, the tables have 2,560 entries, and
/// connections with a higher descriptor are closed without a response.
enum DescriptorLimit {
    /// The number of descriptors that are reserved for other uses than connections.
    private static let reserved = 256
    /// The highest limit that is requested from the system.
    private static let maximum = 1 << 20
    /// The smallest table size, where the limit allows it: other descriptors of the program have numbers of the same
    /// range, so a table for the connections alone could be too small.
    private static let smallestTable = 1 << 16
    /// Serialises changes of the limit, which is one for the process, and the creation of contexts, during which
    /// libwebsockets changes global state.
    private static let lock = Mutex(())

    /// The current limit.
    static var current: Int { Int(clamping: limits.rlim_cur) }

    /// The number of connections that the current limit allows.
    static var connections: Int {
        let limit = min(current, maximum)
        return max(16, limit - min(reserved, limit / 2))
    }

    /// Raises the limit to what `count` connections need, as far as the hard limit allows; never lowers it.
    static func raise(forConnections count: Int) {
        lock.withLock { _ in
            var limit = limits
            let wanted = min(rlim_t(needed(forConnections: count)), limit.rlim_max)
            guard wanted > limit.rlim_cur else { return }
            limit.rlim_cur = wanted
            _ = set(limit)
        }
    }

    /// Returns the table size that a context needs for `count` connections.
    static func table(forConnections count: Int) -> Int {
        min(current, max(needed(forConnections: count), smallestTable))
    }

    /// Calls `make`, which creates a context, with the limit lowered to a table size.
    ///
    /// libwebsockets has no option for the size of its tables.
    ///
    /// - Returns: The result of `make`; `nil` if the limit cannot be changed.
    static func withTable<Context>(of count: Int, _ make: () -> Context) -> Context? {
        lock.withLock { _ in
            let before = limits
            var lowered = before
            lowered.rlim_cur = min(before.rlim_cur, rlim_t(count))
            guard set(lowered), sysconf(Int32(_SC_OPEN_MAX)) == Int(clamping: lowered.rlim_cur) else { return nil }
            defer { _ = set(before) }
            return make()
        }
    }

    private static func needed(forConnections count: Int) -> Int { min(maximum - reserved, max(0, count)) + reserved }

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    private static var limits: rlimit {
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return rlimit(rlim_cur: 1_024, rlim_max: 1_024) }
        return limit
    }

    private static func set(_ limit: rlimit) -> Bool {
        var limit = limit
        return unsafe setrlimit(resource, &limit) == 0
    }
}
