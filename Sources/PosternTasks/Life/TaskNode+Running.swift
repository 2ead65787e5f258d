import Glibc
import Postern
import PosternNIO
import Synchronization

extension TaskNode {
    /// A closure that encodes the arguments of the call that starts the task, for a peer.
    typealias StartArguments = @Sendable (Peer) throws(CallError) -> Payload

    /// Runs the task from the start of its process to the exit of its process.
    ///
    /// - Parameters:
    ///   - dispatcher: Answers the calls of the task to its parent.
    ///   - arguments: Encodes the arguments of `task/start`.
    func run(serving dispatcher: any Dispatcher, _ arguments: @escaping StartArguments) async {
        guard let peer = await launch(serving: dispatcher) else { return }
        await follow(peer, arguments)
        // Calls in flight are answered before the connection is closed, at which the child exits.
        await peer.drain(grace: Self.drainGrace)
        await endProcess(after: options.stopGrace)
        guard case .some(.some(let exit)) = exited.current else { return }
        hub.note(event(.exit) { $0.exit = exit.description })
        finished.settle(exit)
    }

    /// The time that calls in flight have to complete after a task has ended.
    private static let drainGrace = Duration.milliseconds(200)

    private func follow(_ peer: Peer, _ arguments: @escaping StartArguments) async {
        let isTask: Bool
        do throws(CallError) { isTask = try await start(peer, arguments) } catch { return noteEnd(.failure(error)) }
        noteStart(peer)
        guard isTask else { return await followProgram() }
        let forwarding = Task.detached { await self.forwardEvents(from: peer) }
        noteEnd(await result(from: peer))
        // Events of the tasks below precede the exit of this one, but are not waited for longer than the grace.
        let clock = Task.detached { [options] in
            try? await Task.sleep(for: options.stopGrace.clamped)
            forwarding.cancel()
        }
        await forwarding.value
        clock.cancel()
    }

    /// Calls `task/start`, by which the task accepts its inputs.
    ///
    /// - Returns: `false` for a program that does not implement the protocol of tasks.
    private func start(_ peer: Peer, _ arguments: StartArguments) async throws(CallError) -> Bool {
        guard command.knowsTasks else { return false }
        let call = Call(
            "task/start",
            arguments: try arguments(peer),
            deadline: .now.later(by: options.startTimeout)
        )
        do throws(CallError) {
            _ = try await peer.dispatch(call)
            return true
        } catch {
            switch error.code {
            case .methodNotFound: return false
            case .deadlineExceeded: throw TaskErrors.didNotStart(id, within: options.startTimeout)
            case .unavailable where !peer.isConnected:
                throw await loss.value().map { TaskErrors.endedBeforeStart(id, $0, wrote: lastErrorLine.text) } ?? error
            default: throw TaskErrors.failed(id, error)
            }
        }
    }

    /// Waits for the exit of a program that does not implement tasks, whose result is its exit code.
    private func followProgram() async {
        guard case .some(.some(let exit)) = await exited.value() else { return }
        guard exit == .code(0) else { return noteEnd(.failure(TaskErrors.exited(id, exit))) }
        noteEnd(.result(Payload(encoding: NoResult())))
    }

    /// Waits for the result, and publishes the progress that the task reports until then.
    private func result(from peer: Peer) async -> TaskLife.End {
        // Reports arrive on the event loop, which must not wait for readers: when readers are slow, old reports are
        // dropped.
        let (reports, continuation) = AsyncStream.makeStream(of: Payload.self, bufferingPolicy: .bufferingNewest(1_024))
        let reporting = Task.detached {
            for await report in reports {
                let event = self.event(.progress) { $0.show(Value.shown(of: report)) }
                await self.hub.publish(event) { self.isAnswered }
            }
        }
        let end: TaskLife.End
        do throws(CallError) {
            var call = Call("task/result", arguments: try peer.encoded())
            call.progress = { continuation.yield($0) }
            guard case .value(let payload) = try await peer.dispatch(call) else {
                throw CallError(.invalidRequest, "it answers with a stream", executed: .yes)
            }
            end = .result(payload)
        } catch {
            end = await failure(error, peer)
        }
        // In this order: the answer releases a report that waits for readers, and all reports precede the result.
        noteAnswer()
        continuation.finish()
        await reporting.value
        return end
    }

    private func failure(_ error: CallError, _ peer: Peer) async -> TaskLife.End {
        if error.code == .cancelled { return .stopped }
        guard error.code == .unavailable, !peer.isConnected else { return .failure(TaskErrors.failed(id, error)) }
        return .failure(await loss.value().map { TaskErrors.lost(id, $0) } ?? error)
    }

    /// Publishes the events of the tasks below this one; those that have not ended when this task ends are lost.
    private func forwardEvents(from peer: Peer) async {
        do {
            for try await item in try await peer.stream("task/events", of: Value.self) {
                // The child is another program and may send anything. What is not an event is skipped here, and the hub
                // ignores events of tasks that are not below the sender.
                guard let event = try? TaskEvent(reading: item) else { continue }
                await hub.publish(event, from: id) { self.isAnswered }
            }
        } catch {}
        for task in hub.descendants(of: id) where !task.state.isFinal {
            var failure = TaskEvent(.failure, of: task.id, parent: task.parent)
            failure.message = "Lost connection to \(task.id): its parent \(id) has ended"
            hub.note(failure)
            var state = TaskEvent(.state, of: task.id, parent: task.parent)
            state.state = .fail
            hub.note(state)
        }
    }
}

extension Payload {
    /// Creates the encoded result of a task that has none.
    init(encoding result: NoResult) {
        // The fallback is never used: encoding a single nil cannot fail.
        self = (try? Payload(encoding: result, as: MessagePack.self)) ?? Payload(bytes: [], codec: MessagePack.self)
    }
}

extension TaskNode {
    /// Requests the task to stop, and returns when the child has acknowledged the request.
    ///
    /// The child stops its own tasks and exits. A child that has not exited after ``TaskOptions/stopGrace`` is sent
    /// SIGTERM.
    func stop() async {
        guard noteStop() else { return }
        // Detached, as a caller that is cancelled must still deliver the request.
        let isAsked = await Task.detached { await self.askToStop() }.value
        Task.detached { await self.endProcess(after: isAsked ? self.options.stopGrace : .zero) }
    }

    /// Calls `task/stop`; returns `false` for a task that is not at work or does not implement the method.
    private func askToStop() async -> Bool {
        guard command.knowsTasks, case .success(let peer)? = started.current else { return false }
        let time = options.stopGrace
        do throws(CallError) { try await peer.call("task/stop", timeout: time) } catch { return false }
        return true
    }

    /// Waits for the exit of the process; sends SIGTERM after a grace, and SIGKILL after ``TaskOptions/killGrace``.
    ///
    /// Signals are sent to the process group, so that the descendants of the process end too.
    func endProcess(after grace: Duration) async {
        guard case .success(let process)? = await process.value() else { return }
        if grace > .zero, await exited.value(within: grace) != nil { return }
        send(SIGTERM, to: process)
        guard await exited.value(within: options.killGrace) == nil else { return }
        send(SIGKILL, to: process)
        _ = await exited.value()
    }

    /// Sends SIGKILL to all processes of the task, which fails thereby.
    func kill() async {
        guard case .success(let process)? = await process.value() else { return }
        send(SIGKILL, to: process)
    }

    private func send(_ signal: Int32, to process: Int32) {
        // The identifier of a process that was waited for may be in use again.
        guard exited.current == nil else { return }
        ThisProcess.send(signal, toGroup: process)
    }
}
