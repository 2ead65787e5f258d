import PosternTestSupport
import Postern
import PosternJSONRPC
import Synchronization

/// A web page without a socket: a session and its client, driven as by the gateway, and the messages to the page.
actor Page {
    nonisolated let client: JSONRPCClient
    private var session: JSONRPCSession
    private let dispatcher: any Dispatcher
    private var messages: AsyncStream<String>.Iterator
    private let outbox: AsyncStream<String>.Continuation
    private var tasks: [CallTicket: Task<Void, Never>] = [:]
    private var waker: Task<Void, Never>?
    private(set) var closeReason: String?

    init(_ dispatcher: any Dispatcher, limits: JSONRPCLimits = JSONRPCLimits()) async {
        self.dispatcher = dispatcher
        session = JSONRPCSession(JSONRPCSettings(limits: limits), allowsSubscriptions: true)
        let (stream, outbox) = AsyncStream.makeStream(of: String.self)
        (messages, self.outbox) = (stream.makeAsyncIterator(), outbox)
        let (wakeUps, wake) = AsyncStream.makeStream(of: Void.self)
        client = JSONRPCClient(limits: limits) { wake.yield() }
        waker = Task { [weak self] in
            for await _ in wakeUps { await self?.sendClientMessages() }
        }
    }

    /// Sends one message to the session.
    func send(_ text: String) {
        let bytes = Array(text.utf8)
        exchange { session, output, actions in
            session.receive(bytes.span, from: AnyDispatcher(dispatcher), now: .now, into: &output, actions: &actions)
        }
    }

    /// Waits for the next message to the page.
    func next() async -> String {
        var iterator = messages
        let message = await iterator.next(isolation: self)
        messages = iterator
        return message ?? "nothing more"
    }

    /// Sends one message and returns the next message to the page.
    func ask(_ text: String) async -> String {
        send(text)
        return await next()
    }

    /// Closes the connection.
    func close() {
        var actions = session.connectionClosed()
        perform(&actions)
        client.close()
        waker?.cancel()
    }

    private func exchange(_ body: (inout JSONRPCSession, inout [UInt8], inout [JSONRPCSession.Action]) -> Void) {
        var output: [UInt8] = []
        var actions: [JSONRPCSession.Action] = []
        body(&session, &output, &actions)
        if !output.isEmpty {
            precondition((try? JSON.validate(output.span)) != nil, "a message is no JSON")
            outbox.yield(String(decoding: output, as: UTF8.self))
        }
        perform(&actions)
    }

    private func perform(_ actions: inout [JSONRPCSession.Action]) {
        for action in actions {
            switch action {
            case .start(let call, let ticket, let options): start(call, ticket, options)
            case .run(let function, let arguments, let ticket): finish(ticket, function.result(for: arguments))
            case .finish(let ticket, let result): finish(ticket, result)
            case .settle(let reply): client.settle(reply)
            case .report(let progress): client.report(progress)
            case .release(let release): client.release(release)
            case .discard(let unread): client.discard(unread)
            case .cancel(let ticket): tasks[ticket]?.cancel()
            case .close(_, let reason): closeReason = reason
            default: break
            }
        }
        closeReason = closeReason ?? client.violation
    }

    private func start(_ call: Call, _ ticket: CallTicket, _ options: JSONRPCSession.CallOptions) {
        var (call, options) = (call, options)
        do throws(CallError) { try client.admit(&call, &options) } catch { return finish(ticket, .failure(error)) }
        tasks[ticket] = Task { [call] in
            let result: Result<Reply, CallError>
            do throws(CallError) { result = .success(try await call.answer(from: dispatcher)) } catch {
                result = .failure(error)
            }
            finish(ticket, result)
        }
    }

    private func finish(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        sendClientMessages()
        exchange { $0.finish(ticket, with: client.outgoing(result), into: &$1, actions: &$2) }
    }

    private func sendClientMessages() {
        for message in client.takeMessages() {
            exchange { session, output, _ in session.append(message, into: &output) }
        }
    }
}

/// A type-erased dispatcher, for functions with a generic parameter.
private struct AnyDispatcher: Dispatcher {
    private let inner: any Dispatcher

    init(_ inner: any Dispatcher) { self.inner = inner }

    func dispatch(_ call: Call) async throws(CallError) -> Reply { try await inner.dispatch(call) }
    func execution(of path: Span<UInt8>) -> MethodExecution { inner.execution(of: path) }
}
