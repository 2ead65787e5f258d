/// Work that a loop has done by another thread: one object that goes there, and comes back with what it found.
///
/// It is handed over once, by ``EventLoop/send(_:)``.
public protocol Errand: AnyObject, Sendable {
    /// The loop that sent it.
    var loop: EventLoop { get }
    /// Does the work; on another thread, which it may hold.
    func run()
    /// Uses what was found; on the loop's thread, unless the loop has stopped.
    func finish()
}
