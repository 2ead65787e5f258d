/// One method of a router, ready to be called.
@usableFromInline
final class RegisteredMethod: Sendable {
    /// Appends the encoded result of a short call.
    @usableFromInline
    typealias ShortBody = @Sendable (Span<UInt8>, any PayloadCodec.Type, inout [UInt8]) throws(CallError) -> Void
    /// Answers a call that may wait.
    @usableFromInline
    typealias LongBody = @Sendable (Call) async throws(CallError) -> Reply

    @usableFromInline
    enum Body: Sendable {
        case short(ShortBody)
        case long(LongBody)
    }

    let path: String
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
        self.execution =
            switch (execution, body) {
            case (.onEventLoop, .short(let run)): .immediate(ImmediateMethod(isSafe: description.isSafe, run: run))
            case (.onEventLoop, .long): .onEventLoop
            case (.concurrent, .short(let run)): .offloaded(.named(description.path, isSafe: description.isSafe, run))
            case (.concurrent, .long): .concurrent
            }
    }

    var isSafe: Bool { description.isSafe }

    var mayBlock: Bool {
        switch execution {
        case .concurrent, .offloaded: true
        case .immediate, .onEventLoop: false
        }
    }
}

extension ImmediateMethod {
    /// A function whose errors know its path: it runs apart from the call that names it.
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
