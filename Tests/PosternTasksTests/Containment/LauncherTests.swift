import PosternTestSupport
import Foundation
import SystemPackage
import Testing

@testable import PosternTasks

/// The launcher between the test program as the host and shell scripts, in a namespace and below a guard.
@Suite(.timeLimit(.minutes(10)))
struct LauncherTests {
    @Test(arguments: [true, false], [0, 3, 42, 128, 255])
    func theExitCodeIsThatOfTheProgram(inNamespace: Bool, code: Int) async throws {
        #expect(try await ContainedProcess(inNamespace: inNamespace).run("exit \(code)").exit == .code(code))
    }

    @Test(arguments: [true, false], [SIGKILL, SIGTERM, SIGSEGV, SIGABRT])
    func aSignalThatEndsTheProgramIsReported(inNamespace: Bool, signal: Int32) async throws {
        let process = try await ContainedProcess(inNamespace: inNamespace).run("kill -\(signal) $$")
        #expect(process.exit == .signal(Int(signal)))
    }

    @Test(arguments: [true, false])
    func aProgramThatDoesNotExistHasTheExitCodeOfAShell(inNamespace: Bool) async throws {
        let process = await ContainedProcess(inNamespace: inNamespace)
        #expect(try await process.run(["no-such-program"]).exit == .code(127))
        #expect(try await process.run(["/etc/passwd"]).exit == .code(126))
    }

    @Test(arguments: [true, false])
    func theProgramHasThreeDescriptorsAndNoSignalBlocked(inNamespace: Bool) async throws {
        let script = "echo /proc/self/fd/*; while read -r line; do echo $line; done < /proc/self/status"
        let output = try await ContainedProcess(inNamespace: inNamespace).run(script).output
        // Descriptor 3 is the directory that the shell is reading.
        #expect(output.hasPrefix("/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n"))
        #expect(output.contains("SigBlk: 0000000000000000"))
        #expect(output.contains("Threads: 1"))
    }

    @Test(arguments: [true, false])
    func theProgramReadsAndWritesTheChannel(inNamespace: Bool) async throws {
        let process = await ContainedProcess(inNamespace: inNamespace)
        let (exit, _) = try await process.run("read -r line; echo \"$line to you\" >&0; read -r line") { running in
            try running.channel.writeAll("good morning\n".utf8)
            #expect(await eventually { running.line == "good morning to you\n" })
            try running.channel.writeAll("bye\n".utf8)
        }
        #expect(exit == .code(0))
    }

    /// If the launcher, `unshare` or `setpriv` held the channel open, the host would not detect that the program closed
    /// it.
    @Test(arguments: [true, false])
    func onlyTheProgramHasTheChannelOpen(inNamespace: Bool) async throws {
        let process = await ContainedProcess(inNamespace: inNamespace)
        let (exit, _) = try await process.run("read -r line; exec 0<&-; sleep 600") { running in
            try running.channel.writeAll("close\n".utf8)
            let none = FileDescriptor(rawValue: -1)
            #expect(SystemCalls.wait(for: none, control: running.channel, milliseconds: 20_000))
            #expect(await running.hasStarted("sleep 600"))
            running.signal(SIGTERM)
        }
        #expect(exit == .signal(Int(SIGTERM)))
    }

    @Test(arguments: [true, false])
    func argumentsArePassedUnchanged(inNamespace: Bool) async throws {
        let arguments = ["printf", "%s|", "", "--", "-x", "a b", "é", "$HOME"]
        let process = await ContainedProcess(inNamespace: inNamespace)
        #expect(try await process.run(arguments).output == "|--|-x|a b|é|$HOME|")
    }

    @Test(arguments: [true, false])
    func theProgramDoesNotInheritTheRequestForALauncher(inNamespace: Bool) async throws {
        let output = try await ContainedProcess(inNamespace: inNamespace).run("env").output
        #expect(!output.contains(LauncherRequest.variable))
    }

    @Test(arguments: [true, false])
    func orphansAreReaped(inNamespace: Bool) async throws {
        let script = "for i in 1 2 3 4 5 6 7 8 9 10; do (sleep 0.01 &); done; exec sleep 600"
        let (exit, _) = try await ContainedProcess(inNamespace: inNamespace).run(script) { running in
            #expect(await running.hasStarted("sleep 600"))
            #expect(await eventually { !MarkedProcesses(running.marker).contains { $0.command.hasPrefix("sleep 0") } })
            #expect(await eventually { !MarkedProcesses(running.marker).contains(where: \.hasZombie) })
            running.signal(SIGTERM)
        }
        #expect(exit == .signal(Int(SIGTERM)))
    }
}

extension ContainedProcess.Running {
    /// The bytes that can be read from the channel without waiting.
    fileprivate var line: String {
        let data = FileHandle(fileDescriptor: channel.rawValue, closeOnDealloc: false).availableData
        return String(decoding: data, as: UTF8.self)
    }
}
