private import Synchronization

/// Starts the handlers of one connection off its loop, in the order of their calls.
///
/// Each handler runs up to its first wait before the next one starts, so what handlers do first happens in the order of
/// their calls. The handler of a call that holds its thread for longer than ``checkInterval`` is overtaken: the entries
/// behind it then start on another thread. That of a notification is not, so that notifications stay in order however
/// busy the machine is.
///
/// A lane is put behind those of other connections after a number of entries, and when a turn has taken long.
package final class HandlerLane: Sendable {
    /// Called with a lane on the thread that appends to it.
    package typealias Request = @Sendable (HandlerLane) -> Void

    /// What follows when entries may begin again.
    package struct Release: Sendable {
        /// Whether a turn has to be spawned.
        var spawns = false
        /// Whether checks have to begin.
        var watches = false
        /// Whether every entry has begun.
        var isIdle = false
    }

    private let state = Mutex(LaneState())
    private let hasWork = Atomic(false)
    private let spawn: Request
    private let watch: Request

    /// How often ``check()`` is to be called while an entry waits.
    package static let checkInterval = Duration.milliseconds(2)

    /// Makes a lane.
    ///
    /// - Parameters:
    ///   - spawn: Has ``run()`` called once on another thread, behind the lanes for which it was asked before.
    ///   - watch: Has ``check()`` called every ``checkInterval`` for as long as it returns `true`, on a thread that is not
    ///     held by handlers: best the one that appends.
    package init(
        spawn: @escaping Request = HandlerLane.runInTask,
        watch: @escaping Request = HandlerLane.checkInTask
    ) {
        self.spawn = spawn
        self.watch = watch
    }

    /// Whether every entry has begun, so that another handler may start outside the lane without overtaking one.
    package var isIdle: Bool { !hasWork.load(ordering: .acquiring) }

    /// Puts a handler behind the others.
    package func append(_ entry: any LaneEntry) {
        let (spawns, watches) = state.withLock { state in
            hasWork.store(true, ordering: .relaxed)
            return state.append(entry)
        }
        if spawns { spawn(self) }
        if watches { watch(self) }
    }

    /// Removes the entries that have not begun, for a connection that has ended.
    package func removeAll() -> [any LaneEntry] { state.withLock { $0.removeAll() } }

    /// Lets nothing begin until ``release()``: neither an entry, nor what asks for ``isIdle``.
    package func hold() {
        state.withLock { state in
            hasWork.store(true, ordering: .relaxed)
            state.hold()
        }
    }

    /// Lets entries begin again; what it returns is passed to ``resume(_:)``, where no lock is held.
    package func release() -> Release {
        state.withLock { state in
            let release = state.release()
            if release.isIdle { hasWork.store(false, ordering: .releasing) }
            return release
        }
    }

    /// Starts what ``release()`` has found to be waiting.
    package func resume(_ release: Release) {
        if release.spawns { spawn(self) }
        if release.watches { watch(self) }
    }

    /// Starts entries for one turn.
    package func run() {
        let turn = state.withLock { $0.beginTurn() }
        while true {
            let step = state.withLock { state in
                let step = state.next(in: turn)
                if case .idle = step { hasWork.store(false, ordering: .releasing) }
                return step
            }
            switch step {
            case .begin(let entry): entry.begin()
            case .yield: return spawn(self)
            case .idle, .stop: return
            }
        }
    }

    /// Lets the entries behind a handler begin that has held its thread since the last time this was called.
    ///
    /// - Returns: Whether it has to be called again.
    package func check() -> Bool {
        var finding = state.withLock { $0.check() }
        guard finding.isStuck else { return finding.isWatched }
        // One at a time, since each may have the lane held.
        while let entry = state.withLock({ $0.takeShort() }) { entry.begin() }
        state.withLock { state in
            state.replaceTurn(&finding)
            if finding.isIdle { hasWork.store(false, ordering: .releasing) }
        }
        if finding.spawns { spawn(self) }
        return finding.isWatched
    }

    /// Runs a lane on the global executor.
    @Sendable package static func runInTask(_ lane: HandlerLane) { Task { lane.run() } }

    /// Checks a lane from the global executor.
    @Sendable package static func checkInTask(_ lane: HandlerLane) {
        Task {
            repeat { try? await Task.sleep(for: Self.checkInterval) } while lane.check()
        }
    }
}

/// The handler of one call or notification, ready to be started by a ``HandlerLane``.
package protocol LaneEntry: AnyObject, Sendable {
    /// Runs the handler up to its first wait; called once, on any thread.
    func begin()
    var traits: LaneTraits { get }
}

/// What a lane has to know of its entries.
package struct LaneTraits: Sendable {
    /// Whether the entries behind it wait for it, however long it holds its thread.
    package let isNotification: Bool
    /// Whether it may run on an event loop: it neither blocks nor computes for long.
    package let isShort: Bool

    package init(isNotification: Bool = false, isShort: Bool = false) {
        self.isNotification = isNotification
        self.isShort = isShort
    }
}

extension HandlerLane {
    /// Checks the lane again and again, beside the handlers of a connection.
    @Sendable func checkRepeatedly(on transport: any FrameTransport) {
        transport.run(after: Self.checkInterval) { if self.check() { self.checkRepeatedly(on: transport) } }
    }
}
