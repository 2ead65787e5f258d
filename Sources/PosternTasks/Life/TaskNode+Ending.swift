import Glibc
import Postern

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
