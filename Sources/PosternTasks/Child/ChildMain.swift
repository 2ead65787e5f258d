import Dispatch
import Glibc
import Postern
import PosternNIO
import SystemPackage

/// The life of a child process, from the descriptor of its channel to its exit code.
enum ChildMain {
    /// Runs the task that the parent starts, and ends the process.
    static func run(_ name: String, _ tasks: [any ChildTask.Type]) async -> Never {
        guard let task = tasks.first(where: { $0.taskName == name }) else {
            fail("the main of this program names no task \(name)")
        }
        await run(task)
    }

    private static func run<Definition: ChildTask>(_ task: Definition.Type) async -> Never {
        ThisProcess.writeOutputByLine()
        let runner = ChildRunner<Definition>()
        do {
            let channel = try takeChannel()
            let options = options(task.taskName)
            let peer = try await Peer.adopt(
                channel,
                as: .initiator,
                serving: runner.dispatcher,
                options: options,
                busyPolling: takeBusyPolling()
            )
            let signal = watchForTermination { runner.stop() }
            peer.onDisconnect { _ in
                if !runner.isDetached { endSoon { runner.stop() } }
            }
            let code = await runner.finish(peer)
            signal.cancel()
            ThisProcess.exit(code)
        } catch {
            fail("\(error)")
        }
    }

    private static func fail(_ reason: String) -> Never {
        _ = try? FileDescriptor.standardError.writeAll("cannot run a task: \(reason)\n".utf8)
        ThisProcess.exit(1)
    }

    /// Takes the channel away from standard input, which is empty from then on.
    private static func takeChannel() throws -> FileDescriptor {
        let channel = try SocketPair.duplicate(.standardInput)
        let nothing = try FileDescriptor.open(FilePath("/dev/null"), .readOnly)
        _ = try nothing.duplicate(as: .standardInput)
        try nothing.close()
        return channel
    }

    private static func takeBusyPolling() -> Duration {
        defer { SystemCalls.setEnvironment(BusyPolling.variable, to: nil) }
        return BusyPolling.duration(SystemCalls.environment(BusyPolling.variable))
    }

    private static func options(_ name: String) -> ConnectionOptions {
        var options = ConnectionOptions()
        options.name = name
        // A parent may see what happened in its child.
        options.sendsTraces = true
        options.pingInterval = .longest
        return options
    }

    /// SIGTERM asks the task to stop, as its parent does.
    private static func watchForTermination(_ stop: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
        ThisProcess.ignore(SIGTERM)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: queue)
        source.setEventHandler(handler: stop)
        source.resume()
        return source
    }

    /// Ends the process after its parent: the task is cancelled, and has a moment to clean up.
    private static func endSoon(_ stop: () -> Void) {
        stop()
        queue.asyncAfter(deadline: .now() + .milliseconds(500)) { ThisProcess.exit(1) }
    }

    /// Runs although the task may hold all threads of Swift.
    private static let queue = DispatchQueue(label: "postern.task")
}
