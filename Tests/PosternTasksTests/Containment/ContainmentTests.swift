import Glibc
import Testing

@testable import PosternTasks

@Suite struct ContainmentTests {
    private static let programs: [SystemProgram: String] = [
        .setpriv: "/bin/setpriv", .unshare: "/bin/unshare", .prlimit: "/bin/prlimit",
    ]
    private static let namespace = Containment.Strength.namespace(options: ["--pid", "--fork", "--kill-child"])
    private static let guarded = Containment.Strength.guarded(reason: "because")
    private static let ending = ["/bin/setpriv", "--pdeathsig", "KILL", "--"]

    private static func containment(
        _ strength: Containment.Strength,
        without missing: SystemProgram...
    ) -> Containment {
        Containment(
            strength: strength,
            launcher: "/app",
            programs: programs.filter { !missing.contains($0.key) }
        )
    }

    @Test func aSwiftTaskEndsWithItsParent() {
        let containment = Self.containment(Self.namespace)
        #expect(containment.command(["/app", "x"], .own).arguments == Self.ending + ["/app", "x"])
        #expect(containment.command(["/app"], .own, isDetached: true).arguments == ["/app"])
        #expect(containment.command(["/app"], .own).environment == [:])
    }

    @Test func aForeignProgramRunsBelowTheInitOfItsNamespace() {
        let command = Self.containment(Self.namespace).command(["python3", "a.py"], .foreign)
        let entrance = ["/bin/unshare", "--pid", "--fork", "--kill-child", "--"]
        #expect(command.arguments == Self.ending + entrance + ["/app", "python3", "a.py"])
        #expect(command.environment == ["POSTERN_TASK_LAUNCHER": "init parent=\(getpid())"])
        #expect(command.isThroughLauncher)
    }

    @Test func aForeignProgramRunsBelowAGuardElsewhere() {
        let command = Self.containment(Self.guarded, without: .unshare).command(["a"], .foreign)
        #expect(command.arguments == ["/app", "a"])
        #expect(command.environment == ["POSTERN_TASK_LAUNCHER": "guard parent=\(getpid())"])
    }

    @Test func aReplacedExecutableIsAGuardWhereItCannotBeRunInANamespace() {
        let options = ["--user", "--map-current-user", "--pid", "--fork", "--kill-child"]
        let containment = Containment(
            strength: .namespace(options: options),
            launcher: "/proc/7/exe",
            programs: Self.programs
        )
        #expect(containment.command(["a"], .foreign).arguments == ["/proc/7/exe", "a"])
    }

    @Test func aDetachedProgramHasAGuardThatOutlivesThisProcess() {
        let command = Self.containment(Self.namespace).command(["a"], .foreign, isDetached: true)
        #expect(command.arguments == ["/app", "a"])
        #expect(command.environment == ["POSTERN_TASK_LAUNCHER": "guard detached"])
    }

    @Test func withoutALauncherAProgramStillEndsWithItsParent() {
        let containment = Containment(strength: .weak(reason: "because"), launcher: nil, programs: Self.programs)
        let command = containment.command(["a"], .foreign)
        #expect(command == ContainedCommand(arguments: Self.ending + ["a"], isLimited: true))
    }

    @Test func limitsAreSetRightBeforeTheProgram() {
        let limits = TaskLimits(memoryBytes: 1_000, processorTime: .milliseconds(1_001), openFiles: 9)
        let command = Self.containment(Self.guarded).command(["a"], .foreign, limits: limits)
        let limiting = ["/bin/prlimit", "--data=1000", "--cpu=2:3", "--nofile=9", "--"]
        #expect(command.arguments == ["/app"] + limiting + ["a"])
        #expect(command.environment["POSTERN_TASK_LAUNCHER"] == "guard parent=\(getpid()) processor=3")
        #expect(command.isLimited)
    }

    @Test func missingToolsAreOmitted() {
        let containment = Self.containment(Self.guarded, without: .setpriv, .prlimit)
        let command = containment.command(["a"], .foreign, limits: TaskLimits(openFiles: 9))
        #expect(command.arguments == ["/app", "a"])
        #expect(!command.isLimited)
        #expect(containment.command(["a"], .foreign).isLimited)
    }

    @Test func missingToolsAreInTheDescription() {
        var containment = Self.containment(Self.guarded, without: .setpriv, .prlimit)
        containment.faults = [.setpriv: "`setpriv` is not installed", .prlimit: "`prlimit` does not work (why)"]
        #expect(
            "\(containment)" == """
                Foreign programs run below a guard, which ends all of their processes when they end or this process \
                does; there is no PID namespace (because). A Swift task that does not watch its channel may outlive \
                this process: `setpriv` is not installed. Limits of tasks are not in force: `prlimit` does not work \
                (why).
                """
        )
    }

    @Test func onlyANamespaceWithAllToolsIsComplete() {
        var containment = Self.containment(Self.namespace)
        #expect(containment.isComplete)
        containment.faults = [.prlimit: "`prlimit` is not installed"]
        #expect(!containment.isComplete)
        #expect(!Self.containment(Self.guarded).isComplete)
        #expect(!Self.containment(.weak(reason: "because")).isComplete)
    }

    @Test(arguments: [
        (Duration.zero, 1), (.seconds(-5), 1), (.seconds(1), 1), (.nanoseconds(1), 1), (.milliseconds(1_500), 2),
        (.seconds(Int64.max), .max - 1),
    ])
    func processorTimeIsRoundedUpToSeconds(time: Duration, seconds: Int) {
        #expect(TaskLimits(processorTime: time).processorSeconds == seconds)
    }

    @Test func thereAreNoOptionsByDefault() { #expect(TaskLimits().options == []) }

    @Test func aToolWithOtherOptionsIsNotUsed() async throws {
        let probe = ContainmentProbe(paths: [.setpriv: "/bin/ls", .prlimit: "/bin/false"])
        #expect(try #require(await probe.fault(of: .setpriv)).hasPrefix("`setpriv` does not work (/bin/ls: "))
        #expect(await probe.fault(of: .prlimit) == "`prlimit` does not work (exited(1))")
        #expect(await probe.fault(of: .unshare) == "`unshare` is not installed")
        let result = await probe.namespace()
        #expect(throws: ContainmentProbe.Obstacle("`unshare` is not installed")) { try result.get() }
    }

    @Test func thisSystemIsProbed() async {
        let containment = await Containment.probe(launcher: ContainedProcess.launcher)
        #expect("\(containment)".hasPrefix("Foreign programs run "))
        let without = await Containment.probe(launcher: nil)
        #expect("\(without)".hasSuffix("the program has no launcher of tasks."))
    }
}
