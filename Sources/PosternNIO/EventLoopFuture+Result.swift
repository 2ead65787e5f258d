package import NIOCore
import Postern

extension EventLoopFuture where Value: Sendable {
    /// Waits for the result.
    ///
    /// What `get()` of SwiftNIO does. There a task that is resumed before it waits goes on without anything in between
    /// that the thread sanitizer sees, which then reports a race; a suspension shows it the order.
    package func result() async throws -> Value {
        try await Suspension.wait { suspension in whenComplete { suspension.resume(returning: $0) } }.get()
    }
}
