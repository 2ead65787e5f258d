import Postern
import Synchronization
import Testing

private struct Point: Codable, Equatable, Sendable {
    var x: Int
    var y: Int
}

private struct Refused: CallErrorConvertible {
    var callError: CallError { CallError(.init(rawValue: 42), "refused") }
}

private struct Secret: Error {}

@Suite struct RouterCallTests {
    let router = Router()

    init() {
        let calculator = router.service("calculator", documentation: "Sums")
        calculator.register("add", "a", "b", options: .init(isSafe: true, execution: .onEventLoop)) {
            (a: Double, b: Double) in a + b
        }
        calculator.register("scale", "point", Parameter("factor", "How much", default: 2), "name") {
            (point: Point, factor: Int, name: String?) in
            "\(point.x * factor),\(point.y * factor),\(name ?? "-")"
        }
        calculator.service("advanced").register("move", "point", "by") { (point: Point, by: Point) async in
            Point(x: point.x + by.x, y: point.y + by.y)
        }
        router.root.register("ping") { "pong" }
        router.root.register("nothing", "a") { (a: Int) in }
        router.root.register("nothingLater") { () async in await Task.yield() }
        router.root.register("fail", "how") { (how: String) async throws -> Int in
            switch how {
            case "own": throw CallError(.init(rawValue: 7), "mine")
            case "convertible": throw Refused()
            case "cancelled": throw CancellationError()
            default: throw Secret()
            }
        }
        router.root.register("failAtOnce") { () throws -> Int in throw Secret() }
        router.root.register("any", "value") { (value: Value) in value }
    }

    @Test func argumentsAreAcceptedByPositionByNameAndMixed() async throws {
        #expect(try await router.call("calculator/add", [1, 2.5]) == 3.5)
        #expect(try await router.call("calculator.add", named: [.init("b", 1), .init("a", 2)]) == 3.0)
        #expect(try await router.call("calculator/add", [1], named: [.init("b", 2)]) == 3.0)
    }

    @Test func defaultsReplaceMissingArguments() async throws {
        let point: Value = ["x": 1, "y": 2]
        #expect(try await router.call("calculator/scale", [point]) == "2,4,-")
        #expect(try await router.call("calculator/scale", [point, 3, nil]) == "3,6,-")
        #expect(try await router.call("calculator/scale", [point], named: [.init("name", "n")]) == "2,4,n")
    }

    @Test func codableTypesRoundTrip() async throws {
        #expect(
            try await router.call("calculator/advanced/move", [["x": 1, "y": 2], ["x": 3, "y": 4]]) == ["x": 4, "y": 6]
        )
        #expect(try await router.call("any", [["a": [1, nil, .bytes([1])]]]) == ["a": [1, nil, .bytes([1])]])
    }

    @Test func handlersWithoutResultReplyNull() async throws {
        #expect(try await router.call("ping") == "pong")
        #expect(try await router.call("nothing", [1]) == nil)
        #expect(try await router.call("nothingLater") == nil)
    }

    @Test func errorsOfArgumentsNameTheParameter() async {
        let missing = await router.failure("calculator/add", [1])
        #expect(missing?.code == .invalidParameters)
        #expect(missing?.message == "Parameter b of calculator.add is missing")
        #expect(missing?.executed == .no)
        let wrong = await router.failure("calculator/add", ["x", 2])
        #expect(wrong?.code == .invalidParameters)
        #expect(wrong?.message == "Parameter a of calculator.add: expected a number, found a string")
        let inside = await router.failure("calculator/scale", [["x": 1, "y": "high"]])
        #expect(inside?.message == "Parameter point of calculator.scale: y: expected an integer, found a string")
        #expect(await router.failure("calculator/add", [1, 2, 3])?.code == .invalidParameters)
        #expect(await router.failure("calculator/add", [1, 2], named: [.init("c", 3)])?.code == .invalidParameters)
        #expect(await router.failure("calculator/add", [1, 2], named: [.init("a", 3)])?.code == .invalidParameters)
    }

    @Test(arguments: [
        "", "calculator", "calculator/", "calculator/add/", "/ping", "Ping", "__proto__", "rpc", "init", "ping\0",
    ])
    func unregisteredPathsAreNotFound(path: String) async {
        let error = await router.failure(path)
        #expect(error?.code == .methodNotFound)
        #expect(error?.message == "No such method: \(path.replacing("/", with: "."))")
        #expect(error?.executed == .no)
    }

    @Test func aLongNameIsNotRepeatedInFull() async {
        let error = await router.failure(String(repeating: "x", count: 1_000_000))
        #expect(error?.code == .methodNotFound)
        #expect((error?.message.utf8.count ?? .max) < 200)
    }

    @Test func onlyErrorsForCallersAreDisclosed() async {
        #expect(await router.failure("fail", ["own"])?.code.rawValue == 7)
        #expect(await router.failure("fail", ["convertible"])?.message == "refused")
        #expect(await router.failure("fail", ["cancelled"])?.code == .cancelled)
        for failure in [await router.failure("fail", ["else"]), await router.failure("failAtOnce")] {
            #expect(failure?.code == .handlerFailed)
            #expect(failure?.message.contains("Secret") == false)
            #expect(failure?.executed == .yes)
        }
    }

    @Test func aPlainGetReachesSafeMethodsOnly() async throws {
        #expect(try await router.call("calculator/add", [1, 2], requiresSafeMethod: true) == 3.0)
        let error = await router.failure("ping", requiresSafeMethod: true)
        #expect(error?.code == .methodNotFound)
        #expect(error?.message.contains("safe") == true)
    }

    @Test func shortMethodsRunImmediately() throws {
        let path = Array("calculator.add".utf8)
        guard case .immediate(let method) = router.execution(of: path.span) else {
            Issue.record("not immediate")
            return
        }
        #expect(method.isSafe)
        var output: [UInt8] = [9]
        try method.run([0x92, 1, 2, 0xc0].span, MessagePack.self, &output)
        #expect(output == [9, 0xcb, 0x40, 0x08, 0, 0, 0, 0, 0, 0])
        #expect(throws: CallError.self) { try method.run([0x91, 1, 0xc0].span, MessagePack.self, &output) }
        #expect(output.count == 10)
    }

    @Test func otherShortMethodsRunOnAnotherThread() {
        for path in ["calculator/scale"].map({ Array($0.utf8) }) {
            guard case .offloaded = router.execution(of: path.span) else {
                Issue.record("not offloaded")
                continue
            }
        }
    }

    @Test func anUnknownMethodIsDispatchedInATask() {
        let path = Array("unknown".utf8)
        guard case .concurrent = router.execution(of: path.span) else {
            Issue.record("not concurrent")
            return
        }
    }

    @Test func aHandlerReceivesItsContextAndReportsProgress() async throws {
        router.root.register("report", "steps") { (call: CallContext, steps: Int) async throws -> String in
            for step in 1...steps { call.reportProgress(["step": step]) }
            return "\(call.method) \(call.isNotification) \(call.deadline == nil) \(call.caller == nil)"
        }
        router.root.register("quiet") { (call: CallContext) async in call.reportProgress(1) }
        let seen = Mutex<[Value]>([])
        let result = try await router.call(
            "report",
            [2],
            progress: { payload in
                seen.withLock { $0.append((try? Value(decoding: payload)) ?? .null) }
            }
        )
        #expect(result == "report false true true")
        #expect(seen.withLock { $0 } == [["step": 1], ["step": 2]])
        #expect(try await router.call("quiet") == nil)
    }

    @Test func anUnencodableResultIsAnInternalError() async {
        router.root.register("deep") { (0..<70).reduce(Value.null) { inner, _ in [inner] } }
        #expect(await router.failure("deep")?.code == .internalError)
    }
}
