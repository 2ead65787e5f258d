import Postern
import Synchronization

/// A task that this process has spawned, from its process to its result.
final class TaskNode: Sendable {
    let id: String
    let name: String
    let parent: String?
    let command: TaskCommand
    let options: TaskOptions
    let hub: TaskEventHub
    let observer: (any IncidentObserver)?

    /// The peer once the task has accepted its inputs, or the reason why it never will.
    let started = Settled<Result<Peer, CallError>>()
    /// The end of the task.
    let ended = Settled<TaskLife.End>()
    /// The process identifier, or the reason why no process could be started.
    let process = Settled<Result<Int32, CallError>>()
    /// The exit of the process; `nil` when it was never started.
    let exited = Settled<TaskExit?>()
    /// The last line that the process has written to standard error before the task was at work.
    let lastErrorLine = LastErrorLine()
    /// The reason why the connection ended.
    let loss = Settled<TaskLoss>()
    /// The exit of the process, set after the task has ended and all of its events are recorded.
    let finished = Settled<TaskExit?>()
    private let life = Mutex(TaskLife())
    private let hasAnswer = Atomic(false)

    init(
        _ name: String,
        _ command: TaskCommand,
        parent: String?,
        _ options: TaskOptions,
        _ hub: TaskEventHub,
        _ observer: (any IncidentObserver)?
    ) {
        self.name = name
        id = "\(name)-\(Self.suffix)"
        self.parent = parent
        self.command = command
        self.options = options
        self.hub = hub
        self.observer = observer
    }

    /// Six random characters, which make the identifier unique within the tree with high probability.
    private static var suffix: String {
        let characters = Array("0123456789abcdefghijklmnopqrstuvwxyz")
        return String((0..<6).compactMap { _ in characters.randomElement() })
    }

    var state: TaskState { life.withLock { $0.state } }

    func event(_ kind: TaskEvent.Kind, _ change: (inout TaskEvent) -> Void = { _ in }) -> TaskEvent {
        var event = TaskEvent(kind, of: id, parent: parent)
        change(&event)
        return event
    }

    /// Records the process identifier, or that no process could be started; only the first call has an effect.
    ///
    /// - Parameters:
    ///   - number: The identifier within this PID namespace, or the reason why there is none.
    ///   - shown: The identifier to display, which may be one of an outer namespace.
    func noteCreation(_ number: Result<Int32, CallError>, shownAs shown: Int32? = nil) {
        guard process.current == nil else { return }
        hub.note(
            event(.created) { event in
                event.name = name
                event.process = shown
            }
        )
        process.settle(number)
    }

    /// Records that the task is at work and can be called.
    func noteStart(_ peer: Peer) {
        guard life.withLock({ $0.start() }) else { return }
        // The event precedes the first call, so that readers see the task at work before its progress.
        hub.note(event(.state) { $0.state = .work })
        started.settle(.success(peer))
    }

    /// Records the end of the task; only the first end has an effect.
    func noteEnd(_ end: TaskLife.End) {
        guard let end = life.withLock({ $0.end(end) }) else { return }
        switch end {
        case .result(let payload): hub.note(event(.result) { $0.show(Value.shown(of: payload)) })
        case .failure(let error):
            hub.note(event(.failure) { ($0.message, $0.code) = (error.message, error.code.rawValue) })
            observer?.observe(Incident(.taskFailed, cause: error.name.word, [.task: id, .error: error.message]))
        case .stopped: break
        }
        // After the result or the failure: the final state is the last event but the exit.
        hub.note(event(.state) { $0.state = end.state })
        started.settle(.failure(error(of: end) ?? TaskErrors.hasEnded(id, end.state, "it")))
        ended.settle(end)
    }

    /// Whether the task has returned or failed.
    ///
    /// From then on its events do not wait for slow readers, which must not delay its end.
    var isAnswered: Bool { hasAnswer.load(ordering: .relaxed) }

    /// Records that the task has returned or failed.
    func noteAnswer() { hasAnswer.store(true, ordering: .relaxed) }

    /// Records a request to stop the task; returns `false` when it has ended or was already requested to stop.
    func noteStop() -> Bool { life.withLock { $0.requestStop() } }

    /// Returns the error for callers that wait for the result, or `nil` for an end that has a result.
    func error(of end: TaskLife.End) -> CallError? {
        switch end {
        case .result: nil
        case .stopped: TaskErrors.stopped(id)
        case .failure(let error): error
        }
    }
}
