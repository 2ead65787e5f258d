import Postern
import PosternJSONRPC
import Testing

/// A way in which a call fails, with the expected code and the expected value of `executed`.
struct ExecutedCase: CustomTestStringConvertible, Sendable {
    let method: String
    var params = "[]"
    var timeout: Duration?
    let code: Int
    let executed: CallError.Executed

    var testDescription: String { "\(method)\(params) \(timeout.map { "in \($0)" } ?? "")" }

    init(
        _ method: String,
        _ params: String = "[]",
        in timeout: Duration? = nil,
        code: Int,
        _ executed: CallError.Executed
    ) {
        self.method = method
        self.params = params
        self.timeout = timeout
        self.code = code
        self.executed = executed
    }

    /// The path of a call to its handler.
    enum Route: CaseIterable, Sendable {
        case router
        case native
        case json
        case jsonSidecar
    }

    /// Returns the code and the `executed` value of the error.
    func outcome(by route: Route) async -> (code: Int?, executed: CallError.Executed?) {
        let router = ExecutedServices.makeRouter()
        let (near, far) = InProcessTransport.pair(NothingExposed(), router)
        defer {
            near.close()
            far.close()
        }
        switch route {
        case .router: return await direct(router)
        case .native: return await direct(near)
        case .json: return await json(router)
        case .jsonSidecar: return await json(near)
        }
    }

    private func direct(_ dispatcher: some Dispatcher) async -> (code: Int?, executed: CallError.Executed?) {
        let arguments = Payload(bytes: Array(params.utf8), codec: JSON.self)
        let call = Call(method, arguments: arguments, deadline: timeout.map { .now + $0 })
        do throws(CallError) {
            _ = try await dispatcher.dispatch(call)
            return (nil, nil)
        } catch {
            return (error.code.rawValue, error.executed)
        }
    }

    private func json(_ dispatcher: some Dispatcher) async -> (code: Int?, executed: CallError.Executed?) {
        let meta = timeout.map { #","meta":{"timeoutMs":\#(Int($0 / .milliseconds(1)))}"# } ?? ""
        let request = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)\#(meta)}"#
        let answer = await JSONRPCResponder.respond(to: Array(request.utf8), from: dispatcher)
        let text = String(decoding: answer ?? [], as: UTF8.self)
        return (text.errorCode, text.executed)
    }
}

extension String {
    /// The `executed` value of the error in a response, or `nil`.
    var executed: CallError.Executed? {
        firstMatch(of: /"executed":"(\w+)"/).flatMap { CallError.Executed(rawValue: String($0.output.1)) }
    }
}
