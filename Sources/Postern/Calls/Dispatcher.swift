/// Anything that turns a call into a reply: a router, a peer, a pool of workers, a message bus.
public protocol Dispatcher: Sendable {
    /// Answers one call.
    ///
    /// Cancelling the task cancels the call.
    func dispatch(_ call: Call) async throws(CallError) -> Reply

    /// Tells how a call to this method is best run, before it is made.
    ///
    /// - Parameter path: UTF-8 bytes of the path; `/` and `.` both separate names.
    /// - Returns: The way, and for `.immediate` the function itself.
    func execution(of path: Span<UInt8>) -> MethodExecution
}

/// How a call is run.
public enum MethodExecution: Sendable {
    /// On the calling thread, at once, without a task: a short function that neither waits nor blocks.
    case immediate(ImmediateMethod)
    /// In a task on the event loop that read the call: short steps between waits.
    case onEventLoop
    /// On another thread, without a task: a synchronous function that may take long, and cannot be cancelled.
    case offloaded(ImmediateMethod)
    /// In a task on the global executor: anything that may take long.
    case concurrent
}

/// A synchronous method, ready to run on bytes in place.
public struct ImmediateMethod: Sendable {
    /// Whether the method changes nothing, so that a plain GET may reach it.
    package let isSafe: Bool
    /// Decodes the arguments, runs the handler and appends its encoded result.
    ///
    /// When it throws, what it appended must be taken off again.
    package let run:
        @Sendable (
            _ arguments: Span<UInt8>,
            _ codec: any PayloadCodec.Type,
            _ output: inout [UInt8]
        ) throws(CallError) -> Void

    /// Runs the method on arguments of its own, and gives its result as a dispatcher would.
    package func result(for arguments: Payload) -> Result<Reply, CallError> {
        var result = Payload(bytes: [], codec: arguments.codec)
        do throws(CallError) {
            try run(arguments.bytes.span, arguments.codec, &result.bytes)
            return .success(.value(result))
        } catch {
            return .failure(error)
        }
    }

    /// Wraps the function.
    package init(
        isSafe: Bool,
        run: @escaping @Sendable (Span<UInt8>, any PayloadCodec.Type, inout [UInt8]) throws(CallError) -> Void
    ) {
        self.isSafe = isSafe
        self.run = run
    }
}

extension Dispatcher {
    /// In a task on the global executor.
    public func execution(of path: Span<UInt8>) -> MethodExecution { .concurrent }
}
