@testable import Postern
import PosternTestSupport
import PosternNIO
import Testing

/// Clients that use references that they do not hold, or too many of them.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HostileReferenceClientTests {
    @Test(
        "M9: a number that is not held fails with the same error, whether or not another client holds it",
        arguments: [Wiring.tcp, .unix]
    )
    func aNumberOfAnotherConnectionRevealsNothing(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (owner, ownersPeer) = try await stage.greet()
            let number = try #require(try await owner.borrow("give").first)
            #expect(try await owner.call("$/\(number)")?.bytes == [7])
            let (thief, server) = try await stage.greet()
            let paths = [
                "$/\(number)", "$/\(number)/call", "$/\(number &+ 1)", "$/0", "$/1", "$/-1", "$/-9223372036854775808",
                "$/9223372036854775808", "$/99999999999999999999", "$/x", "$/", "$/\(number)/", "$/0\(number)",
            ]
            for (index, path) in paths.enumerated() {
                let answer = try await thief.call(path)
                #expect(answer == .error(UInt64(index + 1), code: -32001, .no, "No such reference"), "\(path)")
            }
            for _ in paths.count..<100 { _ = try await thief.call("$/\(number)") }
            #expect(server.isConnected)
            _ = try await thief.call("$/\(number)")
            #expect(await server.disconnected.kind == .protocolViolation)
            #expect(ownersPeer.isConnected)
            #expect(stage.victim.runs.value == 1)
        }
    }

    @Test("M10: a released reference is unknown; releasing it twice is counted, and too often ends the connection")
    func aReleasedReferenceIsUnknown() async throws {
        try await HostileStage.attack(.tcp) { stage in
            let (raw, server) = try await stage.greet()
            let number = try #require(try await raw.borrow("give").first)
            raw.send { FrameWriter.writeRelease(number, 1, into: &$0) }
            #expect(try await raw.call("$/\(number)")?.code == -32001)
            raw.send { FrameWriter.writeRelease(number, 1, into: &$0) }
            #expect(try await raw.call("one")?.bytes == [1])
            #expect(server.exportedReferences.isEmpty)
            let again = try #require(try await raw.borrow("give").first)
            raw.send { FrameWriter.writeRelease(again, 2, into: &$0) }
            #expect(await server.disconnected.kind == .protocolViolation)
            #expect(server.exportedReferences.isEmpty)
            #expect(stage.victim.runs.value == 0)
        }
    }

    @Test(
        "M11: a release that crosses the same reference sent again leaves it standing",
        arguments: [Wiring.tcp, .unix]
    )
    func aReleaseThatCrossesAReferenceDoesNotEndIt(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (raw, server) = try await stage.greet()
            let number = try #require(try await raw.borrow("give").first)
            // Sent before the client has received the number again.
            let id = raw.makeID()
            raw.send {
                RawPeer.writeCall(id, "give", into: &$0)
                FrameWriter.writeRelease(number, 1, into: &$0)
            }
            _ = try await raw.answer(to: id)
            #expect(server.exportedReferences.map(\.count) == [1])
            #expect(try await raw.call("$/\(number)")?.bytes == [7])
            raw.send { FrameWriter.writeRelease(number, 1, into: &$0) }
            #expect(try await raw.call("$/\(number)")?.code == -32001)
        }
    }

    @Test("M12: ten thousand references are exported, not more; all are released once when the client disconnects")
    func tenThousandReferencesAreExportedAndReleased() async throws {
        try await HostileStage.attack(.tcp) { stage in
            let (raw, server) = try await stage.greet()
            for _ in 0..<10 { #expect(try await raw.borrow("lend", [0x91, 0xcd, 0x03, 0xe8, 0xc0]).count == 1_000) }
            let refusal = try await raw.call("lend", [0x91, 1, 0xc0])
            #expect(refusal?.code == CallError.Code.tooManyReferences.rawValue)
            // The function that was not sent.
            await settle { stage.victim.released.value == 1 }
            raw.close()
            _ = await server.disconnected
            // Many references are released on another thread.
            await settle { stage.victim.released.value >= 10_001 }
            #expect(stage.victim.released.value == 10_001)
            #expect(server.exportedReferences.isEmpty)
        }
    }

    @Test("M12: a client that exports ten thousand and one references is disconnected", arguments: [Wiring.tcp, .unix])
    func aClientThatExportsTooManyReferencesIsDisconnected(wiring: Wiring) async throws {
        var options = ConnectionOptions.patient
        options.limits.references = 10_000
        try await HostileStage.attack(wiring, options) { stage in
            let (raw, server) = try await stage.greet()
            raw.send { RawPeer.writeReferences(lent: Array(1...10_001), into: &$0) }
            #expect(await server.disconnected.kind == .protocolViolation)
            #expect(server.importedReferences.isEmpty)
        }
    }

    @Test("M15: a call of a reference whose owner has disconnected is unavailable", arguments: [Wiring.tcp, .unix])
    func aReferenceOfADisconnectedOwnerIsUnavailable(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (raw, server) = try await stage.greet()
            let id = raw.makeID()
            raw.send {
                RawPeer.writeReferences(lent: [5], into: &$0)
                var arguments: [UInt8] = [0x91]
                MessagePack.write(WireReference(isReturned: false, kind: .function, number: 5), into: &arguments)
                RawPeer.writeCall(id, "keep", arguments + [0xc0], into: &$0)
            }
            _ = try await raw.answer(to: id)
            let (third, _) = try await stage.greet()
            let number = try #require(try await third.borrow("kept").first)
            // Through the server it reaches the client that exported it.
            let call = third.makeID()
            third.send { RawPeer.writeCall(call, "$/\(number)", into: &$0) }
            while let told = try await raw.next() {
                guard case .other(.call(let frame)) = told else { continue }
                raw.send { output in
                    let start = FrameWriter.begin(.reply, fields: 3, id: frame.id, into: &output)
                    output.append(9)
                    FrameWriter.end(start, in: &output)
                }
                break
            }
            #expect(try await third.answer(to: call)?.bytes == [9])
            raw.close()
            _ = await server.disconnected
            for _ in 0..<2 {
                #expect(try await third.call("$/\(number)")?.code == CallError.Code.unavailable.rawValue)
            }
            stage.victim.kept.dropAll()
        }
    }
}
