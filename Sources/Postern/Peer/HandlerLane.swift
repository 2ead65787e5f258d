private import Synchronization

/// Starts handlers off the connection's loop, in the order in which they were put here.
///
/// Each handler runs up to its first wait before the next one starts, so what handlers do first happens in the order of
/// their calls. The handler of a call that keeps its thread for longer than ``patience`` loses that privilege: the ones
/// behind it then start on another thread. That of a notification keeps it: what is told is in order however busy the
/// machine is.
final class HandlerLane: Sendable {
    typealias Start = @Sendable () -> Void

    private struct Entry: Sendable {
        let start: Start
        let isNotification: Bool
    }

    private struct State {
        var queue = Queue<Entry>()
        /// The task that is draining; one that finds another number here has been replaced.
        var drainer = 0
        var isDraining = false
        var isWatched = false
        /// Counts starts, so that standing still can be told from going on.
        var started = 0
        /// Whether what was started last is waited for, however long it takes.
        var isWaitedFor = false

        mutating func next() -> Start? {
            guard let entry = queue.take() else { return nil }
            started &+= 1
            isWaitedFor = entry.isNotification
            return entry.start
        }
    }

    private let state = Mutex(State())
    private let detach: @Sendable (@escaping Start) -> Void
    private static let patience = Duration.milliseconds(2)

    /// Makes a lane.
    ///
    /// - Parameter detach: Runs a drain of the lane on some other thread; one of the global executor's if left out.
    init(detach: @escaping @Sendable (@escaping Start) -> Void = { drain in Task { drain() } }) {
        self.detach = detach
    }

    /// Puts a handler behind the others.
    func append(isNotification: Bool = false, _ start: @escaping Start) {
        let (drainer, watches) = state.withLock { state -> (Int?, Bool) in
            state.queue.append(Entry(start: start, isNotification: isNotification))
            guard state.isDraining else {
                state.isDraining = true
                return (state.drainer, false)
            }
            guard !state.isWatched else { return (nil, false) }
            state.isWatched = true
            return (nil, true)
        }
        if let drainer { spawn(drainer) }
        if watches { Task { await watch() } }
    }

    private func spawn(_ drainer: Int) { detach { self.drain(drainer) } }

    private func drain(_ drainer: Int) {
        while let start = next(for: drainer) { start() }
    }

    private func next(for drainer: Int) -> Start? {
        state.withLock { state in
            guard state.drainer == drainer else { return nil }
            if let start = state.next() { return start }
            state.isDraining = false
            return nil
        }
    }

    /// Replaces the drainer whenever one handler has held it too long; ends when nothing is left to start.
    private func watch() async {
        var seen = -1
        while true {
            try? await Task.sleep(for: Self.patience)
            let (goesOn, replacement) = state.withLock { state -> (Bool, Int?) in
                guard state.isDraining, !state.queue.isEmpty else {
                    state.isWatched = false
                    return (false, nil)
                }
                defer { seen = state.started }
                guard state.started == seen, !state.isWaitedFor else { return (true, nil) }
                state.drainer += 1
                return (true, state.drainer)
            }
            if let replacement { spawn(replacement) }
            guard goesOn else { return }
        }
    }
}
