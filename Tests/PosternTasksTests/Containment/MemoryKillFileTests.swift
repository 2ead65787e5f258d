import Testing

@testable import PosternTasks

@Suite struct MemoryKillFileTests {
    @Test(arguments: [
        ("0::/a/b\n", ["/sys/fs/cgroup/a/b/memory.events", "/sys/fs/cgroup/memory.events"]),
        ("0::/\n", ["/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory.events"]),
        (
            "4:cpu,memory:/x:y\n3:cpuset:/\n",
            ["/sys/fs/cgroup/memory/x:y/memory.oom_control", "/sys/fs/cgroup/memory/memory.oom_control"]
        ),
        ("", []), ("\n:\n1:memory", []),
    ])
    func theFileIsThatOfTheControlGroup(groups: String, paths: [String]) {
        #expect(MemoryKillFile.candidates(groups).map(\.path) == paths)
    }

    @Test(arguments: [
        ("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n", 2),
        ("oom_kill_disable 0\nunder_oom 0\noom_kill 7", 7),
        ("oom_kill_disable 0\nunder_oom 0\n", nil), ("oom_kill many", nil), ("", nil),
    ])
    func theNumberOfKillsIsParsed(text: String, count: Int?) { #expect(MemoryKillFile.count(in: text) == count) }
}
