import Glibc
import Postern
import PosternNIO
import Synchronization

extension TaskNode {
    /// Encodes the arguments of the call that starts the task, for the peer that is given.
    typealias StartArguments = @Sendable (Peer) throws(CallError) -> Payload

    /// Starts the process, follows the task to its end, and sees to it that the process ends.
    ///
    /// - Parameters:
    ///   - dispatcher: What the task may call here.
    ///   - arguments: What the task is started with.
    func run(serving dispatcher: any Dispatcher, _ arguments: @escaping StartArguments) async {
        guard let peer = await launch(serving: dispatcher) else { return }
        await follow(peer, arguments)
        // Calls under way are answered first; the child ends when this is closed.
        await peer.drain(grace: Self.farewell)
        await endProcess(after: options.stopGrace)
        guard case .some(.some(let exit)) = exited.current else { return }
        hub.note(event(.exit) { $0.exit = exit.description })
        finished.settle(exit)
    }

    /// How long calls may be under way after a task has ended.
    private static let farewell = Duration.milliseconds(200)

    private func follow(_ peer: Peer, _ arguments: @escaping StartArguments) async {
        let isTask: Bool
        do throws(CallError) { isTask = try await start(peer, arguments) } catch { return noteEnd(.failure(error)) }
        noteStart(peer)
        guard isTask else { return await followProgram() }
        let forwarding = Task.detached { await self.forwardEvents(from: peer) }
        noteEnd(await result(from: peer))
        // What happened below comes before the exit.
        let clock = Task.detached { [options] in
            try? await Task.sleep(for: options.stopGrace.clamped)
            forwarding.cancel()
        }
        await forwarding.value
        clock.cancel()
    }

    /// Has the task accept its inputs.
    ///
    /// False for a program that knows nothing of tasks.
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

    /// Waits for the result of a program that has none but its exit code.
    private func followProgram() async {
        guard case .some(.some(let exit)) = await exited.value() else { return }
        guard exit == .code(0) else { return noteEnd(.failure(TaskErrors.exited(id, exit))) }
        noteEnd(.result(Payload(encoding: NoResult())))
    }

    /// Waits for the result, while the task reports how far it is.
    private func result(from peer: Peer) async -> TaskLife.End {
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

    /// Takes the events of the tasks below this one into the tree, and notes those as lost that are left alone.
    private func forwardEvents(from peer: Peer) async {
        do {
            for try await item in try await peer.stream("task/events", of: Value.self) {
                // What is no event, or one of a task that is not below, is the mistake of that process.
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
    /// The encoded value of a task without result.
    init(encoding result: NoResult) {
        // A single null can always be encoded.
        self = (try? Payload(encoding: result, as: MessagePack.self)) ?? Payload(bytes: [], codec: MessagePack.self)
    }
}

extension TaskNode {
    /// Has the task stop, and returns when it has answered that it will.
    ///
    /// The child stops its own tasks and ends by itself; one that does not within ``TaskOptions/stopGrace`` gets SIGTERM.
    func stop() async {
        guard noteStop() else { return }
        // A caller that is cancelled itself must not keep the task from being asked.
        let isAsked = await Task.detached { await self.askToStop() }.value
        Task.detached { await self.endProcess(after: isAsked ? self.options.stopGrace : .zero) }
    }

    /// False for a task that has not begun, or does not know how to stop.
    private func askToStop() async -> Bool {
        guard command.knowsTasks, case .success(let peer)? = started.current else { return false }
        let time = options.stopGrace
        do throws(CallError) { try await peer.call("task/stop", timeout: time) } catch { return false }
        return true
    }

    /// Sees to it that no process of the task is left: after a time it gets SIGTERM, and then SIGKILL.
    func endProcess(after grace: Duration) async {
        guard case .success(let process)? = await process.value() else { return }
        if grace > .zero, await exited.value(within: grace) != nil { return }
        send(SIGTERM, to: process)
        guard await exited.value(within: options.killGrace) == nil else { return }
        send(SIGKILL, to: process)
        _ = await exited.value()
    }

    /// Ends all processes of the task, which then has failed.
    func kill() async {
        guard case .success(let process)? = await process.value() else { return }
        send(SIGKILL, to: process)
    }

    private func send(_ signal: Int32, to process: Int32) {
        // Its number may belong to another process once it has ended.
        guard exited.current == nil else { return }
        ThisProcess.send(signal, toGroup: process)
    }
}
