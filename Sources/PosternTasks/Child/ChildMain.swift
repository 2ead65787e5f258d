import Dispatch
import Glibc
import Postern
import PosternNIO
import SystemPackage

/// The main function of a child process, from the descriptor of its channel to its exit code.
enum ChildMain {
    /// Runs the task with a name, and exits.
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
                if !runner.isDetached, !runner.hasEnded { endSoon { runner.stop() } }
            }
            // The source is kept until here, as it is cancelled when it is released.
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

    /// Moves the channel from standard input to a new descriptor, and opens `/dev/null` as standard input.
    ///
    /// Otherwise code that reads standard input, and processes that inherit it, would read bytes of the protocol.
    private static func takeChannel() throws -> FileDescriptor {
        let channel = try SocketPair.duplicate(.standardInput)
        let nothing = try FileDescriptor.open(FilePath("/dev/null"), .readOnly)
        _ = try nothing.duplicate(as: .standardInput)
        try nothing.close()
        return channel
    }

    /// Reads the variable of busy polling and removes it, as processes that the task starts must not inherit it.
    private static func takeBusyPolling() -> Duration {
        defer { SystemCalls.setEnvironment(BusyPolling.variable, to: nil) }
        return BusyPolling.duration(SystemCalls.environment(BusyPolling.variable))
    }

    private static func options(_ name: String) -> ConnectionOptions {
        var options = ConnectionOptions()
        options.name = name
        // The parent is the same program or has started this one: it may receive traces of errors.
        options.sendsTraces = true
        // The kernel reports the end of the parent; a parent that is stopped in a debugger must not lose its children.
        options.pingInterval = .longest
        return options
    }

    /// Calls `stop` at SIGTERM, which therefore has the effect of `task/stop`.
    private static func watchForTermination(_ stop: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
        // A dispatch source does not replace the default action of the signal, which would end the process.
        ThisProcess.ignore(SIGTERM)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: queue)
        source.setEventHandler(handler: stop)
        source.resume()
        return source
    }

    /// Cancels the task because its parent has ended, and exits 500 ms later at the latest.
    private static func endSoon(_ stop: () -> Void) {
        stop()
        queue.asyncAfter(deadline: .now() + .milliseconds(500)) { ThisProcess.exit(1) }
    }

    /// A queue with a thread of its own, which runs although the task may block all threads of Swift concurrency.
    private static let queue = DispatchQueue(label: "postern.task")
}
