import Glibc
import Synchronization

/// The most descriptors that this process may have open at a time (RLIMIT_NOFILE).
///
/// libwebsockets makes two tables with an entry for each descriptor below that limit, 16 bytes in all, when a context is
/// made. Where the limit is above ten million, as in many containers, its tables end at 2,560, and what has a higher
/// number is closed without a byte.
enum DescriptorLimit {
    /// Descriptors kept free for everything that is not a connection.
    private static let reserved = 256
    /// More is never asked for.
    private static let maximum = 1 << 20
    /// The smallest table that is made where the limit allows more: the other descriptors of the program, whose numbers
    /// come from the same range, find room in it.
    private static let smallestTable = 1 << 16
    /// Contexts are made one at a time: libwebsockets changes what all of them share, and the limit is the process's.
    private static let changing = Mutex(())

    /// The limit at the moment.
    static var current: Int { Int(clamping: limits.rlim_cur) }

    /// How many connections the limit allows.
    static var connections: Int {
        let limit = min(current, maximum)
        return max(16, limit - min(reserved, limit / 2))
    }

    /// Raises the limit to what some connections need, as far as the system allows; a higher one stays.
    static func raise(forConnections count: Int) {
        changing.withLock { _ in
            var limit = limits
            let wanted = min(rlim_t(needed(forConnections: count)), limit.rlim_max)
            guard wanted > limit.rlim_cur else { return }
            limit.rlim_cur = wanted
            _ = set(limit)
        }
    }

    /// How many descriptors a context has to know for some connections.
    static func table(forConnections count: Int) -> Int {
        min(current, max(needed(forConnections: count), smallestTable))
    }

    /// Makes a context whose tables have a number of entries: while it is made, the limit is not above that.
    ///
    /// - Returns: What `make` returned; `nil` when the limit cannot be changed.
    static func withTable<Context>(of count: Int, _ make: () -> Context) -> Context? {
        changing.withLock { _ in
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
