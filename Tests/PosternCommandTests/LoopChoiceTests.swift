import Testing

@testable import PosternPrograms

@Suite struct LoopChoiceTests {
    /// Returns the choice for files of a kernel with four processors.
    private static func choice(_ files: [String: String]) -> LoopChoice {
        let usual = [
            "/proc/self/status": "Name:\tpostern\nCpus_allowed_list:\t0-3\n", "/sys/devices/system/cpu/online": "0-3\n",
        ]
        let files = usual.merging(files) { $1 }
        return LoopChoice { files[$0] }
    }

    private static let unified = "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw\n"

    @Test func aLoopForEachProcessorWithoutAQuota() {
        let choice = Self.choice(["/proc/self/mountinfo": Self.unified, "/proc/self/cgroup": "0::/\n"])
        #expect(choice.loops == 4 && choice.description == "4 processors allowed, no quota")
    }

    @Test(arguments: [
        ("0-1", 2), ("0", 1), ("0,2-3", 3), ("2-9", 2), ("0-255", 4), ("", 4), ("x", 4), ("3-1", 4), ("-1", 4),
    ])
    func allowedProcessorsThatAreOnlineCount(list: String, loops: Int) {
        #expect(Self.choice(["/proc/self/status": "Cpus_allowed_list:\t\(list)\n"]).loops == loops)
    }

    @Test func unreadableFilesMeanOneLoop() {
        let choice = LoopChoice { _ in nil }
        #expect(choice.loops == 1 && choice.description == "processors unknown, no quota")
    }

    @Test(arguments: [
        ("200000 100000", 2, "quota of 2"), ("150000 100000\n", 1, "quota of 1.5"), ("50000 100000", 1, "quota of 0.5"),
        ("900000 100000", 4, "quota of 9"), ("max 100000", 4, "no quota"), ("", 4, "no quota"), ("1 0", 4, "no quota"),
        ("-1 100000", 4, "no quota"), ("nan 1", 4, "no quota"), ("1e300 1", 4, "quota of"), ("1 2 3", 4, "no quota"),
    ])
    func wholeProcessorsOfTheQuotaOfVersion2Count(text: String, loops: Int, reason: String) {
        let choice = Self.choice([
            "/proc/self/mountinfo": Self.unified, "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": text,
        ])
        #expect(choice.loops == loops && choice.description.contains(reason))
    }

    @Test func theSmallestQuotaOfNestedGroupsApplies() {
        let choice = Self.choice([
            "/proc/self/mountinfo": Self.unified, "/proc/self/cgroup": "0::/pods/a/b\n",
            "/sys/fs/cgroup/pods/cpu.max": "300000 100000", "/sys/fs/cgroup/pods/a/cpu.max": "20000 10000",
            "/sys/fs/cgroup/pods/a/b/cpu.max": "max 100000",
        ])
        #expect(choice.loops == 2)
    }

    /// In a container without a cgroup namespace, the root of the mount is the group of the container.
    @Test(arguments: [
        ("/docker/1", "/docker/1", "/sys/fs/cgroup/cpu"), ("/docker/1", "/docker/1/a", "/sys/fs/cgroup/cpu/a"),
        ("/", "/a", "/sys/fs/cgroup/cpu/a"), ("/docker/1", "/elsewhere", "/sys/fs/cgroup/cpu"),
        ("/", "/../..", "/sys/fs/cgroup/cpu"),
    ])
    func theQuotaOfVersion1IsFound(root: String, group: String, folder: String) {
        let choice = Self.choice([
            "/proc/self/mountinfo": """
            35 31 0:32 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
            32 31 0:29 \(root) /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct
            41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            """,
            "/proc/self/cgroup": "3:cpuset:/x\n2:cpu,cpuacct:\(group)\n0::/\n",
            "\(folder)/cpu.cfs_quota_us": "200000\n", "\(folder)/cpu.cfs_period_us": "100000\n",
        ])
        #expect(choice.loops == 2 && choice.description == "4 processors allowed, quota of 2")
    }

    @Test func aNegativeQuotaOfVersion1IsNone() {
        let choice = Self.choice([
            "/proc/self/mountinfo": "32 31 0:29 / /c rw - cgroup cgroup rw,cpu", "/proc/self/cgroup": "2:cpu:/\n",
            "/c/cpu.cfs_quota_us": "-1\n", "/c/cpu.cfs_period_us": "100000\n",
        ])
        #expect(choice.loops == 4)
    }

    @Test(arguments: ["auto", "1", "64"]) func countsAreParsed(text: String) {
        #expect(LoopCount(text)?.description == text)
    }

    @Test(arguments: ["", "Auto", "1.5"]) func otherTextIsNoCount(text: String) { #expect(LoopCount(text) == nil) }

    @Test(arguments: ["0", "65", "-1"]) func countsOutOfRangeAreRejected(text: String) throws {
        #expect(try !#require(LoopCount(text)).isPossible)
    }

    @Test func theProcessorsOfThisMachineAreFound() { #expect((1...64).contains(LoopCount.auto.choice.loops)) }
}
