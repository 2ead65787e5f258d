import Testing

@testable import PosternLedger

/// The default budget of a process.
@Suite struct MemoryBudgetTests {
    private static let unified = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
    private static let divided = "31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"

    private static func budget(_ files: [String: String]) -> Int { MemoryBudget.budget { files[$0] } }

    @Test func withoutLimitItIs256MiB() {
        #expect(Self.budget([:]) == 256 << 20)
        let files = [
            "/proc/self/mountinfo": Self.unified, "/proc/self/cgroup": "0::/a\n",
            "/sys/fs/cgroup/a/memory.max": "max\n",
        ]
        #expect(Self.budget(files) == 256 << 20)
    }

    @Test func itIsHalfOfTheSmallestLimit() {
        let files = [
            "/proc/self/mountinfo": Self.unified, "/proc/self/cgroup": "0::/a/b\n",
            "/sys/fs/cgroup/a/memory.max": "268435456\n", "/sys/fs/cgroup/a/b/memory.max": "536870912\n",
        ]
        #expect(Self.budget(files) == 128 << 20)
    }

    @Test func limitsOfVersionOneCount() {
        let files = [
            "/proc/self/mountinfo": Self.divided, "/proc/self/cgroup": "9:memory:/c\n8:cpu:/d\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "/sys/fs/cgroup/memory/c/memory.limit_in_bytes": "104857600\n",
        ]
        #expect(Self.budget(files) == 50 << 20)
    }

    @Test func aLargeLimitChangesNothing() {
        let files = [
            "/proc/self/mountinfo": Self.unified, "/proc/self/cgroup": "0::/\n",
            "/sys/fs/cgroup/memory.max": "4294967296\n",
        ]
        #expect(Self.budget(files) == 256 << 20)
    }
}
