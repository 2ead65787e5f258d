/// A dispatcher that adds the hops of errors to their details.
///
/// It serves callers whose protocol has no field for ``CallError/hops``, such as those of a gateway. The details become
/// a map with a member `hops`, an array of `{"method", "peer", "trace"}` that starts with the handler that failed.
/// Details that are no map become the member `value` beside it.
///
/// The descriptions of errors are sent to every caller, so a dispatcher may be wrapped only if its callers may read the
/// log of this program.
package struct TracingDispatcher: Dispatcher {
    private let dispatcher: any Dispatcher
    private let name: String

    /// Creates a dispatcher that wraps another.
    ///
    /// - Parameters:
    ///   - dispatcher: The dispatcher that answers the calls.
    ///   - name: The name of this process in the hops.
    package init(_ dispatcher: any Dispatcher, name: String = "") {
        self.dispatcher = dispatcher
        self.name = name
    }

    /// Answers one call by the wrapped dispatcher.
    package func dispatch(_ call: Call) async throws(CallError) -> Reply {
        do throws(CallError) {
            switch try await dispatcher.dispatch(call) {
            case .value(let payload): return .value(payload)
            case .stream(let stream): return .stream(traced(stream, call.method))
            }
        } catch {
            throw traced(error, call.method)
        }
    }

    /// Returns the execution of the wrapped dispatcher.
    package func execution(of path: Span<UInt8>) -> MethodExecution {
        switch dispatcher.execution(of: path) {
        case .immediate(let method): .immediate(traced(method, String(copying: path)))
        case .offloaded(let method): .offloaded(traced(method, String(copying: path)))
        case let other: other
        }
    }

    private func traced(_ method: ImmediateMethod, _ path: String) -> ImmediateMethod {
        ImmediateMethod(isSafe: method.isSafe) { (arguments, codec, output) throws(CallError) in
            do throws(CallError) { try method.run(arguments, codec, &output) } catch { throw traced(error, path) }
        }
    }

    private func traced(_ stream: ReplyStream, _ method: String) -> ReplyStream {
        ReplyStream(position: stream.position) {
            let next = stream.makeNext()
            return { () async throws(CallError) in
                do throws(CallError) { return try await next() } catch { throw traced(error, method) }
            }
        }
    }

    private func traced(_ error: CallError, _ method: String) -> CallError {
        // Not an error: the result is completed by the caller of the method.
        guard error.unfinished == nil else { return error }
        let hop = CallError.Hop(method: method.replacing(".", with: "/"), peer: name)
        var error = error.passed(through: hop, sendsTraces: true, .standard)
        let hops = Value.array(error.hops.map(\.value))
        var members: [Value.Member] = []
        if let details = error.details.flatMap({ try? Value(decoding: $0) }) {
            if case .map(let own) = details { members = own } else { members = [Value.Member("value", details)] }
        }
        members.append(Value.Member("hops", hops))
        error.details = try? Payload(encoding: Value.map(members), as: MessagePack.self)
        return error
    }
}

extension CallError.Hop {
    fileprivate var value: Value {
        .map([
            Value.Member("method", .string(method)),
            Value.Member("peer", .string(peer)),
            Value.Member("trace", trace.map(Value.string) ?? .null),
        ])
    }
}
