/// A method of a router: its handler, its path and its description.
@usableFromInline
final class RegisteredMethod: Sendable {
    /// A synchronous handler: decodes the arguments and appends the encoded result.
    @usableFromInline
    typealias ShortBody = @Sendable (Span<UInt8>, any PayloadCodec.Type, inout [UInt8]) throws(CallError) -> Void
    /// An asynchronous handler.
    @usableFromInline
    typealias LongBody = @Sendable (Call) async throws(CallError) -> Reply

    @usableFromInline
    enum Body: Sendable {
        case short(ShortBody)
        case long(LongBody)
    }

    let path: String
    /// The UTF-8 bytes of the path and their hash, computed once for the look-ups of `MethodTable`.
    let pathBytes: [UInt8]
    let pathHash: Int
    let description: MethodDescription
    let body: Body
    let execution: MethodExecution

    init(_ body: Body, description: MethodDescription, execution: MethodOptions.Execution) {
        path = description.path
        let bytes = Array(description.path.utf8)
        pathBytes = bytes
        pathHash = MethodTable.hash(bytes.span)
        self.description = description
        self.body = body
        // Chosen once, so that each call only reads a field. A synchronous handler needs no task even when it is
        // offloaded.
        self.execution =
            switch (execution, body) {
            case (.onEventLoop, .short(let run)): .immediate(ImmediateMethod(isSafe: description.isSafe, run: run))
            case (.onEventLoop, .long): .onEventLoop
            case (.concurrent, .short(let run)): .offloaded(.named(description.path, isSafe: description.isSafe, run))
            case (.concurrent, .long): .concurrent
            }
    }

    var isSafe: Bool { description.isSafe }

    /// Whether the handler may block its thread, so that it must not run on an event loop.
    var mayBlock: Bool {
        switch execution {
        case .concurrent, .offloaded: true
        case .immediate, .onEventLoop: false
        }
    }
}

extension ImmediateMethod {
    /// Returns a method whose errors contain its path: it is offloaded to a thread that does not have the call.
    fileprivate static func named(
        _ path: String,
        isSafe: Bool,
        _ run: @escaping RegisteredMethod.ShortBody
    ) -> ImmediateMethod {
        ImmediateMethod(isSafe: isSafe) { (arguments, codec, output) throws(CallError) in
            do throws(CallError) { try run(arguments, codec, &output) } catch { throw error.thrown(at: path) }
        }
    }
}
