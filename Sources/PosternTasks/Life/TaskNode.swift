import Postern
import Synchronization

/// One task that this process has spawned.
final class TaskNode: Sendable {
    let id: String
    let name: String
    let parent: String?
    let command: TaskCommand
    let options: TaskOptions
    let hub: TaskEventHub
    let observer: (any IncidentObserver)?

    /// The peer, once the task has accepted its inputs, or why it never has.
    let started = Settled<Result<Peer, CallError>>()
    /// How the task ended.
    let ended = Settled<TaskLife.End>()
    /// The number of the process, or why there is none.
    let process = Settled<Result<Int32, CallError>>()
    /// How the process ended; `nil` where it was never started.
    let exited = Settled<TaskExit?>()
    /// What the process has written to standard error before its task was at work.
    let lastErrorLine = LastErrorLine()
    /// Why the connection ended.
    let loss = Settled<TaskLoss>()
    /// How the process ended, once the task has ended too and all of its events are noted.
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

    /// Six characters that no other task of the tree is likely to have.
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

    /// Notes the number of the process, or that there is none; only what comes first counts.
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

    /// Notes that the task is at work with its peer.
    func noteStart(_ peer: Peer) {
        guard life.withLock({ $0.start() }) else { return }
        hub.note(event(.state) { $0.state = .work })
        started.settle(.success(peer))
    }

    /// Notes how the task has ended; only the first end counts.
    func noteEnd(_ end: TaskLife.End) {
        guard let end = life.withLock({ $0.end(end) }) else { return }
        switch end {
        case .result(let payload): hub.note(event(.result) { $0.show(Value.shown(of: payload)) })
        case .failure(let error):
            hub.note(event(.failure) { ($0.message, $0.code) = (error.message, error.code.rawValue) })
            observer?.observe(Incident(.taskFailed, cause: error.name.word, [.task: id, .error: error.message]))
        case .stopped: break
        }
        hub.note(event(.state) { $0.state = end.state })
        started.settle(.failure(error(of: end) ?? TaskErrors.hasEnded(id, end.state, "it")))
        ended.settle(end)
    }

    /// Whether the task has its result, or has failed: slow readers of events must not hold up what is left of it.
    var isAnswered: Bool { hasAnswer.load(ordering: .relaxed) }

    func noteAnswer() { hasAnswer.store(true, ordering: .relaxed) }

    /// Notes that the task is to stop; false when it has ended, or was asked before.
    func noteStop() -> Bool { life.withLock { $0.requestStop() } }

    /// What waiting for the result of a task throws that has none.
    func error(of end: TaskLife.End) -> CallError? {
        switch end {
        case .result: nil
        case .stopped: TaskErrors.stopped(id)
        case .failure(let error): error
        }
    }
}
