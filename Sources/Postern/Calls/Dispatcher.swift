/// A type that answers calls: a router, a peer, a pool of workers, a message bus.
public protocol Dispatcher: Sendable {
    /// Answers one call.
    ///
    /// Cancelling the current task cancels the call.
    ///
    /// - Returns: A value or a stream.
    /// - Throws: The error of the call.
    func dispatch(_ call: Call) async throws(CallError) -> Reply

    /// Returns how calls to a method are to be run.
    ///
    /// Called before each call, so it should be fast. The default is ``MethodExecution/concurrent``.
    ///
    /// - Parameter path: The path in UTF-8; `/` and `.` both separate names.
    /// - Returns: The execution, which includes the function of a synchronous method.
    func execution(of path: Span<UInt8>) -> MethodExecution
}

/// Where and how the calls of a method are run.
public enum MethodExecution: Sendable {
    /// On the thread that read the call, without a task: for short synchronous functions that do not block.
    case immediate(ImmediateMethod)
    /// In a task on the event loop that read the call: for asynchronous functions with short steps between suspensions.
    case onEventLoop
    /// On another thread, without a task: for synchronous functions that may take long. They cannot be cancelled.
    case offloaded(ImmediateMethod)
    /// In a task on the global executor: for functions that may take long.
    case concurrent
}

/// A synchronous method that reads encoded arguments in place and appends its encoded result.
public struct ImmediateMethod: Sendable {
    /// Whether the method has no effects, so that a GET request may call it.
    package let isSafe: Bool
    /// A function that decodes the arguments, runs the handler and appends its encoded result.
    ///
    /// If it throws, the caller must remove what it appended.
    package let run:
        @Sendable (
            _ arguments: Span<UInt8>,
            _ codec: any PayloadCodec.Type,
            _ output: inout [UInt8]
        ) throws(CallError) -> Void

    /// Runs the method and returns its result in the form of a dispatcher.
    package func result(for arguments: Payload) -> Result<Reply, CallError> {
        var result = Payload(bytes: [], codec: arguments.codec)
        do throws(CallError) {
            try run(arguments.bytes.span, arguments.codec, &result.bytes)
            return .success(.value(result))
        } catch {
            return .failure(error)
        }
    }

    /// Creates a method from a function.
    package init(
        isSafe: Bool,
        run: @escaping @Sendable (Span<UInt8>, any PayloadCodec.Type, inout [UInt8]) throws(CallError) -> Void
    ) {
        self.isSafe = isSafe
        self.run = run
    }
}

extension Dispatcher {
    /// Returns `.concurrent`.
    public func execution(of path: Span<UInt8>) -> MethodExecution { .concurrent }
}

extension MethodExecution {
    /// Returns the execution of a call with arguments of a size, in bytes.
    ///
    /// Long arguments take milliseconds to decode, in which an event loop would serve no one else.
    package func withArguments(of byteCount: Int) -> MethodExecution {
        guard byteCount > Self.longArguments else { return self }
        return switch self {
        case .immediate(let method): .offloaded(method)
        case .onEventLoop: .concurrent
        case .offloaded, .concurrent: self
        }
    }

    /// The size above which arguments are long, in bytes.
    static var longArguments: Int { 64 << 10 }
}
