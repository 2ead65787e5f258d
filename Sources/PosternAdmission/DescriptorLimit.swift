import Glibc
import Synchronization

/// The number of descriptors that this process may have open (`RLIMIT_NOFILE`).
package enum DescriptorLimit {
    /// The number of descriptors that are reserved for other uses than connections.
    private static let reserved = 256
    /// The highest limit that is requested from the system.
    private static let maximum = 1 << 20
    /// Serialises changes of the limit, which is one for the process.
    private static let lock = Mutex(())

    /// The current limit.
    package static var current: Int { Int(clamping: limits.rlim_cur) }

    /// Returns the number of connections that a limit allows.
    static func connections(within limit: Int) -> Int {
        let limit = min(limit, maximum)
        return max(16, limit - min(reserved, limit / 2))
    }

    /// Raises the limit to what `count` connections need, as far as the hard limit allows; never lowers it.
    ///
    /// - Returns: The number of connections that the limit allows then.
    static func raise(forConnections count: Int) -> Int {
        lock.withLock { _ in
            var limit = limits
            let wanted = min(rlim_t(needed(forConnections: count)), limit.rlim_max)
            if wanted > limit.rlim_cur {
                limit.rlim_cur = wanted
                _ = set(limit)
            }
            return connections(within: current)
        }
    }

    /// Calls `body` with the limit lowered to a number of descriptors, and restores it.
    ///
    /// Other calls of this type wait meanwhile.
    ///
    /// - Returns: The result of `body`; `nil` if the limit cannot be changed.
    package static func withLimit<Result>(of count: Int, _ body: () -> Result) -> Result? {
        lock.withLock { _ in
            let before = limits
            var lowered = before
            lowered.rlim_cur = min(before.rlim_cur, rlim_t(count))
            guard set(lowered), sysconf(Int32(_SC_OPEN_MAX)) == Int(clamping: lowered.rlim_cur) else { return nil }
            defer { _ = set(before) }
            return body()
        }
    }

    /// Returns the number of descriptors that `count` connections and the rest of the program need, at most about a
    /// million.
    package static func needed(forConnections count: Int) -> Int {
        min(maximum - reserved, max(0, count)) + reserved
    }

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
