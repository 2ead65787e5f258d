@testable import Postern
import PosternTestSupport
import PosternNIO
import Testing

/// Clients with calls that are nested too deeply, too many, cancelled at the wrong time, or of unknown methods.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HostileCallTests {
    @Test("M13: the deepest call is served; one below it and one above the limit are errors")
    func callsThatAreTooDeepOrTooManyAreErrors() async throws {
        try await HostileStage.attack(.tcp) { stage in
            let (raw, _) = try await stage.greet()
            let limits = PeerLimits.standard
            #expect(try await raw.call("one", depth: UInt64(limits.callDepth))?.bytes == [1])
            let deeper = try await raw.call("one", depth: UInt64(limits.callDepth) + 1)
            #expect(deeper?.code == CallError.Code.invalidRequest.rawValue)
            for _ in 0..<limits.callsInFlight {
                let id = raw.makeID()
                raw.send { RawPeer.writeCall(id, "stuck", into: &$0) }
            }
            // Two peers that call each other back have one more call in flight with each level, up to this limit.
            let busy = try await raw.call("one")
            guard case .error(_, CallError.Code.busy.rawValue, .no, _)? = busy else { throw CancellationError() }
            // A call whose handler has not begun would be discarded by the cancellation.
            await settle { stage.victim.runs.value == limits.callsInFlight }
            raw.send { FrameWriter.writeNumbers(.cancel, 3, into: &$0) }
            await stage.victim.cancelled.wait()
            raw.close()
        }
    }

    @Test("M14: callbacks to a client that does not read end at its queue limit, and all queued ones arrive")
    func callbacksToASlowClientEndAtItsQueue() async throws {
        var options = ConnectionOptions.patient
        options.limits.queuedBytes = 64 << 10
        // A busy machine takes long over the storm, during which nothing is read.
        options.frameTimeout = .seconds(500)
        try await HostileStage.attack(.tcp, options) { stage in
            let (raw, server) = try await stage.greet()
            try await raw.setReading(false)
            let id = raw.makeID()
            raw.send {
                RawPeer.writeReferences(lent: [5], into: &$0)
                var arguments: [UInt8] = [0x92]
                MessagePack.write(WireReference(isReturned: false, kind: .function, number: 5), into: &arguments)
                MessagePack.write(UInt64(Self.storm), into: &arguments)
                RawPeer.writeCall(id, "storm", arguments + [0xc0], into: &$0)
            }
            // The method ends although the client does not read.
            await stage.victim.stormed.wait()
            #expect(server.isConnected)
            #expect(server.tables.queuedBytes < 2 * options.limits.queuedBytes)
            try await raw.setReading(true)
            var events: [UInt64] = []
            while let told = try await raw.next() {
                if case .notification("$/5", let arguments) = told {
                    let list = try MessagePackHeader(at: 0, in: arguments.span)
                    let header = try MessagePackHeader(at: list.body, in: arguments.span)
                    events.append(arguments.span.bigEndian(at: header.body, count: header.count))
                }
                guard case .value(id, let count) = told else { continue }
                #expect(try MessagePack.readUInt64(count.span) == UInt64(events.count))
                break
            }
            #expect(events.count < Self.storm)
            #expect(zip(events, events.dropFirst()).allSatisfy { $0 < $1 })
            #expect(try await raw.call("one")?.bytes == [1])
        }
    }

    @Test(
        "M16: a cancel before, during and after its call, and of none, has one outcome",
        arguments: [Wiring.tcp, .unix]
    )
    func aCancelHasOneOutcome(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (raw, server) = try await stage.greet()
            for id in [1, 2, 99, .max] as [UInt64] { raw.send { FrameWriter.writeNumbers(.cancel, id, into: &$0) } }
            // Before its call: the cancel is discarded.
            #expect(try await raw.call("one")?.bytes == [1])
            let stuck = raw.makeID()
            raw.send { RawPeer.writeCall(stuck, "stuck", into: &$0) }
            await stage.victim.started.wait()
            for _ in 0..<3 { raw.send { FrameWriter.writeNumbers(.cancel, stuck, into: &$0) } }
            await stage.victim.cancelled.wait()
            await settle { server.tables.servedCalls == 0 }
            // After the reply.
            let last = raw.makeID()
            raw.send {
                RawPeer.writeCall(last, "one", into: &$0)
                FrameWriter.writeNumbers(.cancel, last, into: &$0)
                FrameWriter.writeNumbers(.ping, 5, into: &$0)
            }
            // No reply was sent for the cancelled call.
            let told = [try await raw.next(), try await raw.next()]
            #expect(Set(told) == [.value(last, [1]), .other(.pong(5))])
            #expect(stage.victim.runs.value == 1)
        }
    }

    @Test("M17: names that were not registered reach no method", arguments: [Wiring.tcp, .unix])
    func unregisteredNamesReachNothing(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (raw, _) = try await stage.greet()
            for name in Self.names {
                #expect(try await raw.call(name)?.code == -32601, "\(name)")
            }
            var random = SystemRandomNumberGenerator()
            for _ in 0..<500 {
                // Registered names with one byte changed.
                var name = Array(["one", "echo", "stuck", "storm"].randomElement(using: &random)?.utf8 ?? "one".utf8)
                let place = name.indices.randomElement(using: &random) ?? 0
                name[place] = (name[place] + UInt8.random(in: 1...127, using: &random)) & 0x7f
                let text = String(decoding: name, as: UTF8.self)
                #expect(try await raw.call(text)?.code == -32601, "\(name)")
            }
            #expect(try await raw.call(String(repeating: "a", count: 129))?.code == -32600)
            #expect(stage.victim.runs.value == 0)
        }
    }

    private static let storm = 3_000

    /// Names of Swift, of its symbols and of other languages; parts and changes of registered names.
    private static let names = [
        "", "/", "//", "one/", "/one", "./one", "../one", "one/one", "One", "ONE", "on", "onee", "one\0", "\u{43e}ne",
        "init",
        "deinit", "self", "Self", "Type", "super", "subscript", "description", "hashValue", "dispatch", "execution",
        "register", "router", "root", "root/one", "service", "runs", "runs/value", "victim", "__proto__", "constructor",
        "__class__", "__getattr__", "__import__", "_one", "$", "$one", "rpc", "rpc/", "rpc/one", "rpc/../one",
        "Postern.Router.dispatch", "$s7Postern6RouterC8dispatchyAA5ReplyVAA4CallVYaAA0F5ErrorVYKF", "one()", "one(_:)",
        "\\.one", "one;one", "*", "%6fne",
    ]
}
