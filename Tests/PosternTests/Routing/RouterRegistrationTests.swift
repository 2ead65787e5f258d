import Postern
import Testing

@Suite struct RouterRegistrationTests {
    @Test func methodsAreDescribed() async throws {
        let router = Router()
        let clock = router.service("clock", documentation: "Time")
        clock.registerStream(
            "ticks",
            Parameter("interval", "Seconds", default: 1),
            options: .init(documentation: "Ticks")
        ) {
            (interval: Double) -> AsyncStream<Int> in AsyncStream { $0.finish() }
        }
        clock.register("set", "to", "zone", "raw", options: .init(isSafe: false)) {
            (to: [Int], zone: String?, raw: [UInt8]) -> [String: Bool] in [:]
        }
        _ = router.topic("clock/alarm", documentation: "Alarms")
        let description = try await router.describe()
        #expect(description == router.description)
        #expect(description.services == [ServiceDescription(path: "clock", documentation: "Time")])
        #expect(description.topics.map(\.path) == ["clock/alarm"])
        #expect(description.methods.map(\.path) == ["clock/set", "clock/ticks", "rpc/describe", "rpc/subscribe"])
        let ticks = try #require(description.methods.first { $0.path == "clock/ticks" })
        #expect(ticks.isStream && !ticks.isSafe && ticks.result == "integer" && ticks.documentation == "Ticks")
        var interval = ParameterDescription(name: "interval", type: "number", isRequired: false)
        interval.documentation = "Seconds"
        interval.schema = ["type": "number", "default": 1]
        #expect(ticks.parameters == [interval])
        let set = try #require(description.methods.first { $0.path == "clock/set" })
        #expect(set.parameters.map(\.type) == ["array", "string", "bytes"])
        #expect(set.parameters.map(\.isRequired) == [true, false, true])
        #expect(set.result == "object")
    }

    @Test func rawMethodsEncodeTheirOwnReply() async throws {
        let router = Router()
        router.root.registerRaw("echo", parameters: [.init(name: "value")]) { (call) throws(CallError) in
            .value(Payload(bytes: [0x05], codec: call.arguments.codec))
        }
        #expect(try await router.call("echo") == 5)
    }

    @Test func methodsAreRegisteredAndUnregisteredDuringCalls() async throws {
        let router = Router()
        router.root.register("stable") { 1 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask { () async throws in
                    for round in 0..<200 {
                        let name = "m\(worker)-\(round)"
                        router.root.register(name) { round }
                        #expect(try await router.call(name) == .integer(Int64(round)))
                        #expect(try await router.call("stable") == 1)
                        #expect(router.unregister(name))
                        #expect(await router.failure(name)?.code == .methodNotFound)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(!router.unregister("m0-0"))
    }

    @Test func manyMethodsAreAllFound() async throws {
        let router = Router()
        let service = router.service("s")
        for index in 0..<500 { service.register("m\(index)") { index } }
        for index in 0..<500 { #expect(try await router.call("s.m\(index)") == .integer(Int64(index))) }
        #expect(service.unregister("m7"))
        #expect(await router.failure("s/m7")?.code == .methodNotFound)
        #expect(try await router.call("s/m8") == 8)
    }

    @Test func registeringAnUnreachableNameTraps() async {
        await #expect(processExitsWith: .failure) { Router().root.register("") { 1 } }
        await #expect(processExitsWith: .failure) { Router().root.register("a/b") { 1 } }
        await #expect(processExitsWith: .failure) { Router().root.register("a.b") { 1 } }
        await #expect(processExitsWith: .failure) { Router().root.register("_hidden") { 1 } }
        await #expect(processExitsWith: .failure) { Router().root.register("$cancel") { 1 } }
        await #expect(processExitsWith: .failure) { _ = Router().service("rpc") }
        await #expect(processExitsWith: .failure) { Router().root.register(String(repeating: "x", count: 129)) { 1 } }
    }

    @Test func registeringAPathTwiceTraps() async {
        await #expect(processExitsWith: .failure) {
            let router = Router()
            router.root.register("a") { 1 }
            router.root.register("a") { 2 }
        }
    }
}

extension Router {
    fileprivate func describe() async throws -> RouterDescription {
        guard
            case .value(let payload) = try await dispatch(
                Call("rpc.describe", arguments: Payload(bytes: [], codec: MessagePack.self))
            )
        else { throw CallError(.internalError, "a stream") }
        return try payload.decode()
    }
}
