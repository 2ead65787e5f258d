import PosternTestSupport
import Foundation
import SystemPackage
import Testing

@testable import PosternTasks

/// Signals that are forwarded to a program by its launcher, and the end of the control socket.
@Suite(.timeLimit(.minutes(10)))
struct LauncherSignalTests {
    /// A program that ignores SIGTERM, as does its grandchild in a session of its own.
    static let stubborn = "trap '' TERM; (setsid sleep 600 &); exec sleep 601"

    /// If the signal did not reach the program, it would end after a grace of one or two seconds.
    ///
    /// The shortest of several times is checked, as a busy machine may delay any of them.
    @Test(arguments: [true, false])
    func aProgramWithoutHandlerEndsWithTheSignalInHalfASecond(inNamespace: Bool) async throws {
        var times: [Duration] = []
        repeat {
            let process = await ContainedProcess(inNamespace: inNamespace)
            var signalled = ContinuousClock.now
            let (exit, _) = try await process.run(["sleep", "600"]) { running in
                #expect(await running.hasStarted("sleep"))
                signalled = .now
                running.signal(SIGTERM)
            }
            times.append(.now - signalled)
            #expect(exit == .signal(Int(SIGTERM)))
        } while times.count < 10 && !times.contains { $0 < .milliseconds(500) }
        #expect(times.contains { $0 < .milliseconds(500) }, "\(times)")
    }

    @Test(arguments: [true, false])
    func aSignalThatIsSentBeforeTheProgramStartsIsNotLost(inNamespace: Bool) async throws {
        let process = await ContainedProcess(inNamespace: inNamespace)
        for delay in 0..<20 {
            let (exit, _) = try await process.run(["sleep", "600"]) { running in
                let end = ContinuousClock.now + .milliseconds(delay)
                while ContinuousClock.now < end { await Task.yield() }
                running.signal(SIGTERM)
            }
            #expect(exit == .signal(Int(SIGTERM)), "after \(delay) ms")
        }
    }

    @Test(arguments: [true, false], [SIGTERM, SIGINT])
    func aHandlerOfTheProgramRuns(inNamespace: Bool, signal: Int32) async throws {
        let script = "trap 'echo bye; exit 5' \(signal); touch /dev/null; sleep 600 & wait"
        let (exit, output) = try await ContainedProcess(inNamespace: inNamespace).run(script) { running in
            #expect(await running.hasStarted("sleep"))
            running.signal(signal)
        }
        #expect(exit == .code(5))
        #expect(output == "bye\n")
    }

    @Test(arguments: [SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2])
    func aGuardForwardsOtherSignals(signal: Int32) async throws {
        let script = "trap 'exit 6' \(signal); sleep 600 & wait"
        let (exit, _) = try await ContainedProcess(inNamespace: false).run(script) { running in
            #expect(await running.hasStarted("sleep"))
            running.signal(signal)
        }
        #expect(exit == .code(6))
    }

    @Test(arguments: [true, false])
    func theEndOfTheControlSocketEndsEveryProcess(inNamespace: Bool) async throws {
        let (exit, _) = try await ContainedProcess(inNamespace: inNamespace).run(Self.stubborn) { running in
            #expect(await running.hasStarted("sleep 600"))
            #expect(await running.hasStarted("sleep 601"))
            try running.control?.shutDown()
            #expect(await eventually { MarkedProcesses(running.marker).isEmpty })
        }
        #expect(exit == .signal(Int(SIGKILL)))
    }

    @Test func aDetachedProgramOutlivesItsChannel() async throws {
        var process = await ContainedProcess()
        process.isDetached = true
        let (exit, output) = try await process.run("while read -r line; do :; done; echo ended; exit 4") { running in
            try running.control?.shutDown()
            try running.channel.shutDown()
        }
        #expect(exit == .code(4))
        #expect(output == "ended\n")
    }

    @Test(arguments: [true, false])
    func remainingProcessesOfTheProgramAreKilled(inNamespace: Bool) async throws {
        let script = "trap '' TERM; (setsid sh -c '(sleep 600 &) ; exec sleep 600' &); exit 3"
        var marker = ""
        let (exit, _) = try await ContainedProcess(inNamespace: inNamespace).run(script) { marker = $0.marker }
        #expect(exit == .code(3))
        #expect(MarkedProcesses(marker).isEmpty)
    }

    @Test(arguments: [(true, false), (false, false), (true, true)])
    func noProcessRemainsWhenTheLauncherIsKilled(inNamespace: Bool, isDetached: Bool) async throws {
        var process = await ContainedProcess(inNamespace: inNamespace)
        process.isDetached = isDetached
        let (exit, _) = try await process.run(Self.stubborn) { running in
            #expect(await running.hasStarted("sleep 600"))
            #expect(await running.hasStarted("sleep 601"))
            kill(running.id, SIGKILL)
            #expect(await eventually { MarkedProcesses(running.marker).isEmpty })
        }
        #expect(exit == .signal(Int(SIGKILL)))
    }
}

extension FileDescriptor {
    /// Shuts down both directions of a socket.
    fileprivate func shutDown() throws {
        guard shutdown(rawValue, Int32(SHUT_RDWR)) == 0 else { throw Errno(rawValue: errno) }
    }
}
