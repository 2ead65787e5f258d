import Glibc
import Postern
import PosternNIO
import Subprocess
import SystemPackage

extension TaskNode {
    /// Starts the process, and makes the peer at its other end; `nil` when the task has failed by that.
    func launch(serving dispatcher: any Dispatcher) async -> Peer? {
        let descriptors: ChildDescriptors
        do throws(Errno) { descriptors = try ChildDescriptors(command.connection) } catch {
            fail("cannot make a socket: \(error)")
            return nil
        }
        let peer: Peer
        do throws(CallError) {
            let options = connectionOptions()
            peer = try await Peer.adopt(descriptors.parent, as: .acceptor, serving: dispatcher, options: options)
        } catch {
            descriptors.close()
            fail(error.message)
            return nil
        }
        watch.settle(Task.detached { await self.runProcess(descriptors) })
        guard case .success? = await process.value() else {
            peer.close()
            return nil
        }
        return peer
    }

    private func connectionOptions() -> ConnectionOptions {
        var options = ConnectionOptions()
        options.name = "parent of \(id)"
        options.observer = observer
        // A child that is held by a debugger, or computes on all threads, is not lost: its process is watched.
        options.pingInterval = .longest
        options.frameTimeout = .longest
        return options
    }

    private func runProcess(_ descriptors: ChildDescriptors) async {
        do {
            let child = try await childProcess(descriptors)
            let status = try await child.run { number in
                noteCreation(.success(number))
            } onLine: { [self] stream, line in
                await hub.publish(
                    event(.log) { event in
                        event.stream = stream
                        event.text = line.text
                        event.isCut = line.isCut ? true : nil
                    }
                )
            }
            exited.settle(TaskExit(status))
        } catch {
            fail("cannot start \(command.program ?? "this program"): \(error)")
        }
    }

    private func childProcess(_ descriptors: ChildDescriptors) async throws(CallError) -> ChildProcess {
        var environment = options.environment
        environment["POSTERN_TASK_ID"] = .some(id)
        let arguments: [String]
        if let program = command.program {
            arguments = [program] + command.arguments
        } else {
            guard let program = SystemCalls.executable, TaskProgram.isPrepared else {
                throw CallError(.internalError, "its main does not begin with TaskProgram.runIfChild", executed: .no)
            }
            arguments = [program] + command.arguments
            environment["POSTERN_TASK"] = .some(name)
        }
        return ChildProcess(
            arguments: arguments,
            environment: environment,
            workingDirectory: options.workingDirectory,
            input: descriptors.input,
            output: descriptors.output
        )
    }

    private func fail(_ reason: String) {
        let error = CallError(.unavailable, "Task \(id) failed: \(reason)", executed: .no)
        noteCreation(.failure(error))
        noteEnd(.failure(error))
        exited.settle(nil)
        finished.settle(nil)
    }
}

extension TaskExit {
    /// What the system says of a process that has ended.
    init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code): self = .code(Int(code))
        case .signaled(let signal): self = .signal(Int(signal))
        }
    }
}
