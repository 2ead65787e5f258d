private import Synchronization

/// Starts the handlers of one connection outside its event loop, in the order of their calls.
///
/// Each handler runs until its first suspension before the next one starts, so that what handlers do first happens in
/// the order of their calls. If the handler of a call holds its thread for longer than ``checkInterval``, the entries
/// behind it start on another thread. The handler of a notification is always waited for, so that notifications stay in
/// order on a busy machine.
///
/// After a number of entries, or when a turn has taken long, the lanes of other connections are served first.
package final class HandlerLane: Sendable {
    /// A function that is called with a lane, on the thread that appends to it.
    package typealias Request = @Sendable (HandlerLane) -> Void

    /// What has to be done after ``HandlerLane/release()``, once no lock is held.
    package struct Release: Sendable {
        /// Whether a turn has to be spawned.
        var spawns = false
        /// Whether checks have to begin.
        var watches = false
        /// Whether every entry has begun.
        var isIdle = false
    }

    private let state = Mutex(LaneState())
    // Changed under the lock only; read without it by every call that may run in place.
    private let hasWork = Atomic(false)
    private let spawn: Request
    private let watch: Request

    /// The interval at which ``check()`` has to be called while an entry waits.
    package static let checkInterval = Duration.milliseconds(2)

    /// Creates a lane.
    ///
    /// - Parameters:
    ///   - spawn: Schedules one call of ``run()`` on another thread, behind the lanes scheduled before.
    ///   - watch: Schedules ``check()`` every ``checkInterval`` for as long as it returns `true`, on a thread that
    ///     handlers cannot hold, preferably the one that appends.
    package init(
        spawn: @escaping Request = HandlerLane.runInTask,
        watch: @escaping Request = HandlerLane.checkInTask
    ) {
        self.spawn = spawn
        self.watch = watch
    }

    /// Whether every entry has begun, so that a handler may start outside the lane without overtaking another one.
    package var isIdle: Bool { !hasWork.load(ordering: .acquiring) }

    /// Appends a handler.
    package func append(_ entry: any LaneEntry) {
        let (spawns, watches) = state.withLock { state in
            hasWork.store(true, ordering: .relaxed)
            return state.append(entry)
        }
        if spawns { spawn(self) }
        if watches { watch(self) }
    }

    /// Removes and returns the entries that have not begun, for a connection that has ended.
    package func removeAll() -> [any LaneEntry] { state.withLock { $0.removeAll() } }

    /// Starts no handler before ``release()``.
    ///
    /// ``isIdle`` is `false` until then.
    package func hold() {
        state.withLock { state in
            hasWork.store(true, ordering: .relaxed)
            state.hold()
        }
    }

    /// Allows handlers to start again.
    ///
    /// - Returns: A value to be passed to ``resume(_:)`` when no lock is held.
    package func release() -> Release {
        state.withLock { state in
            let release = state.release()
            if release.isIdle { hasWork.store(false, ordering: .releasing) }
            return release
        }
    }

    /// Schedules what ``release()`` found waiting.
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
            // Without the lock: a handler may run for long, and may append to its own lane.
            case .begin(let entry): entry.begin()
            case .yield: return spawn(self)
            case .idle, .stop: return
            }
        }
    }

    /// Starts the entries behind a handler that has held its thread since the previous check.
    ///
    /// - Returns: Whether checks have to continue.
    package func check() -> Bool {
        var finding = state.withLock { $0.check() }
        guard finding.isStuck else { return finding.isWatched }
        // One at a time, because each handler may cause the lane to be held.
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

    /// Checks a lane on the global executor.
    @Sendable package static func checkInTask(_ lane: HandlerLane) {
        Task {
            repeat { try? await Task.sleep(for: Self.checkInterval) } while lane.check()
        }
    }
}

/// The handler of one call or notification, which a ``HandlerLane`` starts.
package protocol LaneEntry: AnyObject, Sendable {
    /// Runs the handler until its first suspension. Called once, on any thread.
    func begin()
    /// The properties that decide when the handler may start.
    var traits: LaneTraits { get }
}

/// The properties of a lane entry that decide when it may start.
package struct LaneTraits: Sendable {
    /// Whether later notifications wait for the handler, however long it holds its thread.
    package let isNotification: Bool
    /// Whether the handler may run on an event loop because it neither blocks nor computes for long.
    package let isShort: Bool

    /// Creates the properties of an entry.
    package init(isNotification: Bool = false, isShort: Bool = false) {
        self.isNotification = isNotification
        self.isShort = isShort
    }
}

extension HandlerLane {
    /// Checks the lane repeatedly, on the thread of a transport.
    @Sendable func checkRepeatedly(on transport: any FrameTransport) {
        transport.run(after: Self.checkInterval) { if self.check() { self.checkRepeatedly(on: transport) } }
    }
}
