/// A box that carries a value of one event loop through other threads, and can be opened on the loop's thread only.
///
/// Work that runs on other threads holds the connection that it belongs to in such a box. Opening it on another thread
/// is a programming error and stops the program.
package struct LoopBound<Value>: @unchecked Sendable {
    // Safe because: the value is only accessed by `value`, which stops the program on any thread but the loop's. The
    // reference count of an object inside is atomic.
    @usableFromInline let wrapped: Value
    /// The loop that the value belongs to.
    package let loop: EventLoop

    /// Creates a box; must be called on the loop's thread.
    @inlinable
    package init(_ value: Value, on loop: EventLoop) {
        loop.preconditionOnLoop()
        wrapped = value
        self.loop = loop
    }

    /// The value; must be accessed on the loop's thread.
    @inlinable
    package var value: Value {
        loop.preconditionOnLoop()
        return wrapped
    }
}
