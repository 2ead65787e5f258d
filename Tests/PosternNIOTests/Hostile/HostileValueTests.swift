import PosternTestSupport
import Foundation
@testable import Postern
import PosternNIO
import Testing

/// Values with wrong lengths, with endless nesting, or that are no values.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HostileValueTests {
    @Test("M1: a length of 4 GiB in six bytes is refused, without allocating it", arguments: sockets)
    func anAnnouncedLengthAllocatesNothing(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let before = try Self.largestMemory()
            for first: UInt8 in [0xc6, 0xdb, 0xdd, 0xdf] {
                let claim: [UInt8] = [first, 0xff, 0xff, 0xff, 0xff, 0xc0]
                let (raw, server) = try await stage.greet()
                #expect(try await raw.call("echo", [0x91] + claim)?.code == -32600)
                #expect(try await raw.call("one")?.bytes == [1])
                raw.send([0, 0, 0, 6] + claim)
                #expect(await server.disconnected.kind == .protocolViolation)
            }
            // Other tests allocate memory meanwhile, but less than one of these lengths.
            #expect(try Self.largestMemory() - before < 3 << 20, "in KiB")
            #expect(stage.victim.runs.value == 0)
        }
    }

    @Test("M2: 64 nested containers are read, more are refused", arguments: sockets)
    func nestingEndsAtTheLimit(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (raw, server) = try await stage.greet()
            #expect(try await raw.call("echo", Self.argument(Self.nested(64)))?.bytes == Self.nested(64))
            for depth in [65, 1_000_000] {
                #expect(try await raw.call("echo", Self.argument(Self.nested(depth)))?.code == -32600)
            }
            #expect(stage.victim.runs.value == 1)
            raw.send([0, 0, 0x27, 0x10] + Self.nested(10_000))
            #expect(await server.disconnected.kind == .protocolViolation)
            // In an unknown member of a hello it is skipped without decoding.
            let (greeting, _) = try await stage.connect()
            greeting.send([0, 0, 0x27, 0x16] + [0x93, 0, 1, 0x81, 0xa1, 0x61] + Self.nested(10_000))
            greeting.send([0, 0, 0, 3, 0x92, 11, 5])
            let pong: [UInt8] = [0, 0, 0, 3, 0x92, 12, 5]
            #expect(await greeting.receive { $0.suffix(7) == pong }.suffix(7) == pong)
            greeting.close()
        }
    }

    @Test("M3: equal names are refused, and many chosen ones do not take long", arguments: sockets)
    func equalNamesAreRefused(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (raw, _) = try await stage.greet()
            let twice: [UInt8] = [0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2]
            #expect(try await raw.call("echo", Self.argument(twice))?.code == -32602)
            let value = [0xa5] + Array("value".utf8)
            #expect(try await raw.call("echo", [0xc0, 0x82] + value + [1] + value + [2])?.code == -32602)
            let start = ContinuousClock.now
            #expect(try await raw.call("echo", Self.argument(Self.largeMap))?.code == -32600)
            #expect(try await raw.call("echo", Self.argument(Self.mapWithANameTwice))?.code == -32602)
            // Comparing every pair would take minutes.
            #expect(ContinuousClock.now - start < .seconds(30))
            #expect(stage.victim.runs.value == 0)
        }
    }

    @Test("M4: unknown extensions, invalid timestamps and 0xc1 are refused", arguments: sockets)
    func invalidExtensionsAreRefused(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (raw, server) = try await stage.greet()
            let table: [([UInt8], Int)] = [
                ([0xd4, 5, 0], -32602),
                ([0xc9, 0, 0, 0, 1, 99, 0], -32602),
                ([0xd7, 0xff] + [UInt8](repeating: 0xff, count: 8), -32602),
                ([0xc7, 12, 0xff, 0, 0, 0, 0, 0x80] + [UInt8](repeating: 0, count: 7), -32602),
                ([0xc7, 3, 0xff, 0, 0, 0], -32600),
                ([0xc7, 8, 1] + [UInt8](repeating: 0, count: 8), -32602),
                ([0xc1], -32600),
            ]
            for (value, code) in table {
                #expect(try await raw.call("echo", Self.argument(value))?.code == code, "\(value)")
                #expect(try await raw.call("one")?.bytes == [1])
            }
            #expect(stage.victim.runs.value == 0)
            raw.send([0, 0, 0, 1, 0xc1])
            #expect(await server.disconnected.kind == .protocolViolation)
        }
    }

    @Test("M5: numbers in every form are read, or refused where they do not fit", arguments: sockets)
    func numbersInEveryFormAreReadOrRefused(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (raw, _) = try await stage.greet()
            let accepted: [(String, [UInt8], [UInt8])] = [
                ("integer", [0xcf, 0, 0, 0, 0, 0, 0, 0, 1], [1]),
                ("integer", [0xd3, 0, 0, 0, 0, 0, 0, 0, 5], [5]),
                ("integer", [0xd0, 0xff], [0xff]),
                ("integer", [0xca, 0x3f, 0x80, 0, 0], [1]),
                ("integer", [0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0], [0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0]),
                ("double", [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0], [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]),
                ("double", [0xca, 0xff, 0x80, 0, 0], [0xcb, 0xff, 0xf0, 0, 0, 0, 0, 0, 0]),
                (
                    "double", [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
                    [0xcb, 0x43, 0xf0, 0, 0, 0, 0, 0, 0]
                ),
            ]
            for (method, value, result) in accepted {
                #expect(try await raw.call(method, Self.argument(value))?.bytes == result, "\(value)")
            }
            let refused: [[UInt8]] = [
                [0xcf, 0x80, 0, 0, 0, 0, 0, 0, 0], [0xca, 0x3f, 0xc0, 0, 0], [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
                [0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0], [0xc3], [0xa1, 0x78],
            ]
            for value in refused {
                #expect(try await raw.call("integer", Self.argument(value))?.code == -32602, "\(value)")
            }
        }
    }

    @Test("M5: numbers of frames that are too large, negative or broken never trap", arguments: sockets)
    func numbersOfFramesNeverTrap(wiring: Wiring) async throws {
        let most: [UInt8] = [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
        let path = [0xa3] + Array("one".utf8)
        try await HostileStage.attack(wiring) { stage in
            let (raw, _) = try await stage.greet()
            // The longest time-out, in the longest form; the largest depth.
            raw.send(Self.frame([0x98, 1, 0xcf, 0, 0, 0, 0, 0, 0, 0, 1] + path + most + [0, 0, 0xc0, 0xc0]))
            #expect(try await raw.next()?.bytes == [1])
            raw.send(Self.frame([0x98, 1, 2] + path + [0xc0, 0] + most + [0xc0, 0xc0]))
            #expect(try await raw.next()?.code == -32600)
            raw.send(
                Self.frame([0x93, 9] + most + most) + Self.frame([0x92, 4] + most) + Self.frame([0x92, 11] + most)
            )
            #expect(try await raw.next() == .other(.pong(.max)))
            let broken: [[UInt8]] = [
                [0x98, 1] + most + path + [0xc0, 0, 0, 0xc0, 0xc0], [0x98, 1, 0xff] + path + [0xc0, 0, 0, 0xc0, 0xc0],
                [0x98, 1, 0xca, 0x3f, 0x80, 0, 0] + path + [0xc0, 0, 0, 0xc0, 0xc0],
                [0x98, 1, 0] + path + [0xc0, 0, 0, 0xc0, 0xc0], [0x93, 15] + most + [0xff], [0x92, 0xff, 1],
                [0x93, 2] + most + [1], [0x92, 17, 1], [0x96, 3, 1, 0xcf], [0x93, 15, 1, 1, 1],
            ]
            for body in broken {
                let (raw, server) = try await stage.greet()
                raw.send(Self.frame(body))
                #expect(await server.disconnected.kind == .protocolViolation, "\(body)")
            }
        }
    }

    private static let sockets = [Wiring.tcp, .unix]

    private static func argument(_ value: [UInt8]) -> [UInt8] { [0x91] + value + [0xc0] }

    /// Nested arrays of one element; the innermost is empty.
    private static func nested(_ depth: Int) -> [UInt8] { [UInt8](repeating: 0x91, count: depth - 1) + [0x90] }

    /// A map with members of different names of one length, followed by members with names that occur again.
    private static let largeMap = map(ofNames: 0..<100_000, again: [])
    private static let mapWithANameTwice = map(ofNames: 0..<49_000, again: [0])

    private static func map(ofNames names: Range<Int>, again more: [Int]) -> [UInt8] {
        let count = names.count + more.count
        var bytes: [UInt8] = [0xdf]
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
        func append(_ number: Int) {
            bytes.append(0xa3)
            for shift in [14, 7, 0] { bytes.append(UInt8(truncatingIfNeeded: number >> shift) & 0x7f) }
            bytes.append(1)
        }
        for number in names { append(number) }
        for number in more { append(number) }
        return bytes
    }

    private static func frame(_ body: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(body.count)] + body }

    /// The largest virtual memory size of this process so far, in KiB.
    private static func largestMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmPeak:") })
        return try #require(line.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) })
    }
}
