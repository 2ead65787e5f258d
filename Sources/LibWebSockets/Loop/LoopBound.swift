/// Carries a value of one event loop's thread through other threads, and gives it back on that thread only.
///
/// This is how work that ran elsewhere finds its connection again: the box may travel anywhere, opening it on another
/// thread is our own mistake and stops the program.
package struct LoopBound<Value>: @unchecked Sendable {
    // Safe because: the value is only touched by `value`, which stops on any thread but the loop's. The reference count
    // of an object inside is atomic.
    @usableFromInline let wrapped: Value
    /// The loop the value belongs to.
    package let loop: EventLoop

    /// Boxes a value; on the loop's thread.
    @inlinable
    package init(_ value: Value, on loop: EventLoop) {
        loop.preconditionOnLoop()
        wrapped = value
        self.loop = loop
    }

    /// The value; on the loop's thread.
    @inlinable
    package var value: Value {
        loop.preconditionOnLoop()
        return wrapped
    }
}
