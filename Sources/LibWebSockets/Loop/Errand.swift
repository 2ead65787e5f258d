/// Work that another thread has done for a loop, on its way back: see ``EventLoop/takeBack(_:)``.
public protocol Errand: AnyObject, Sendable {
    /// Uses what was found; on the loop's thread, unless the loop has stopped.
    func finish()
}

/// Work for the threads beside a loop: see ``BatchingExecutor/enqueue(_:)``.
public protocol ConcurrentWork: AnyObject, Sendable {
    /// Does the work, on a thread that it may hold.
    func run()
}
