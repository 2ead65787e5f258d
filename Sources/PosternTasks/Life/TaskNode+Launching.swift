import Glibc
import Postern
import PosternNIO
import Subprocess
import SystemPackage

extension TaskNode {
    /// Starts the process and creates the peer that is connected to it.
    ///
    /// - Parameter dispatcher: Answers the calls of the task.
    /// - Returns: The peer, or `nil` when the process could not be started; the task has failed then.
    func launch(serving dispatcher: any Dispatcher) async -> Peer? {
        let descriptors: ChildDescriptors
        do throws(Errno) { descriptors = try ChildDescriptors(command.connection) } catch {
            fail("cannot make a socket: \(error)")
            return nil
        }
        let peer: Peer
        do throws(CallError) { peer = try await makePeer(descriptors.parent, serving: dispatcher) } catch {
            // `makePeer` owns the end of the parent and has closed it.
            descriptors.closeEndsOfChild()
            fail(error.message)
            return nil
        }
        peer.onDisconnect { [self] reason in Task.detached { await self.noteLoss(reason) } }
        // Detached: the process outlives the Swift task that spawns it, and is not cancelled with it.
        Task.detached { await self.runProcess(descriptors) }
        guard case .success? = await process.value() else {
            peer.close()
            return nil
        }
        return peer
    }

    private func makePeer(
        _ channel: FileDescriptor,
        serving dispatcher: any Dispatcher
    ) async throws(CallError) -> Peer {
        let ownName = "parent of \(id)"
        switch command.language {
        case .native:
            var options = ConnectionOptions()
            options.name = ownName
            options.observer = observer
            // A child that is stopped by a debugger, or that computes on all of its threads, answers no ping and is not
            // lost. Its end is detected by waiting for the process instead.
            options.pingInterval = .longest
            (options.frameTimeout, options.handshakeTimeout) = (.longest, .longest)
            return try await Peer.adopt(
                channel,
                as: .acceptor,
                serving: dispatcher,
                options: options,
                busyPolling: self.options.busyPolling
            )
        case .jsonLines:
            var options = JSONLines.Options()
            options.name = ownName
            options.programName = name
            options.observer = observer
            // A program that knows tasks reports progress; any other may reject members that JSON-RPC does not define.
            options.dialect = command.knowsTasks ? .postern : .plain
            return try await JSONLines.peer(on: .socket(channel), serving: dispatcher, options: options)
        }
    }

    private func runProcess(_ descriptors: ChildDescriptors) async {
        let name = command.program ?? "this program"
        var descriptors = descriptors
        let command: ContainedCommand
        do {
            command = try await containedCommand()
            if command.isThroughLauncher { try descriptors.passThroughLauncher() }
        } catch {
            descriptors.closeEndsOfChild()
            return fail("cannot start \(name): \((error as? CallError)?.message ?? "\(error)")")
        }
        defer { descriptors.closeControl() }
        // From here on swift-subprocess owns and closes the ends of the child.
        // Counted before the start, so that a kill right after it is attributed to this child.
        let kills = MemoryKills.now
        do {
            let status = try await childProcess(descriptors, command).run { number, shown in
                noteCreation(.success(number), shownAs: shown)
            } onLine: { [self] stream, line in
                // An error before the start most often has its reason in the last line of standard error.
                if stream == .error, state == .wait { lastErrorLine.note(line.text) }
                let event = event(.log) { event in
                    event.stream = stream
                    event.text = line.text
                    event.isCut = line.isCut ? true : nil
                }
                // A slow reader applies back-pressure to a running process only: the end of a process is reported when
                // all of its output has been read, and must not wait for readers.
                await hub.publish(event) { self.hasProcessEnded }
            }
            exited.settle(
                TaskExit(
                    status,
                    isThroughLauncher: command.isThroughLauncher,
                    limits: options.limits,
                    memoryKills: kills
                )
            )
        } catch {
            fail("cannot start \(name): \(error)")
        }
    }

    /// Whether the process has ended, although its end may not be recorded yet.
    var hasProcessEnded: Bool {
        guard case .success(let process)? = process.current else { return false }
        return SystemCalls.hasEnded(process)
    }

    private func childProcess(
        _ descriptors: ChildDescriptors,
        _ command: ContainedCommand
    ) -> ChildProcess {
        var environment = options.environment
        environment["POSTERN_TASK_ID"] = .some(id)
        if self.command.program == nil {
            environment[TaskProgram.variable] = .some(name)
            environment[BusyPolling.variable] = .some(BusyPolling.text(options.busyPolling))
        }
        for (name, value) in command.environment { environment[name] = .some(value) }
        return ChildProcess(
            arguments: command.arguments,
            environment: environment,
            workingDirectory: options.workingDirectory,
            input: descriptors.input,
            output: descriptors.output
        )
    }

    private func containedCommand() async throws(CallError) -> ContainedCommand {
        let containment = await Containment.current
        let isDetached = options.onParentEnd == .detach
        if let program = command.program {
            // Checked here because the launcher and the tools of util-linux exist in any case: they would start, and
            // report a missing program as one that exited with 127.
            if let obstacle = await ProgramFile.obstacle(to: program, in: options) {
                throw CallError(.unavailable, obstacle, executed: .no)
            }
            return containment.command(
                [program] + command.arguments,
                .foreign,
                limits: options.limits,
                channel: command.connection,
                isDetached: isDetached
            )
        }
        guard let program = OwnExecutable.path, TaskLauncher.isAvailable else {
            throw CallError(.internalError, "its main does not begin with TaskProgram.runIfChild", executed: .no)
        }
        return containment.command([program] + command.arguments, .own, limits: options.limits, isDetached: isDetached)
    }

    private func fail(_ reason: String) {
        let error = CallError(.unavailable, "Task \(id) failed: \(reason)", executed: .no)
        noteCreation(.failure(error))
        noteEnd(.failure(error))
        exited.settle(nil)
        finished.settle(nil)
    }
}
